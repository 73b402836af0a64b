// Burns one core, and ends with the process that started it, also when that was killed and could say nothing.

// Told, and not asked here: a parent that was killed before this line is not the parent any more.
const parent = Number(process.argv[2]);
while (process.ppid === parent) for (let i = 0; i < 1e7; i += 1);
