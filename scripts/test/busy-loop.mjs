// Burns one core, and ends with the process that started it, also when that was killed and could say nothing.

const parent = process.ppid;
while (process.ppid === parent) for (let i = 0; i < 1e7; i += 1);
