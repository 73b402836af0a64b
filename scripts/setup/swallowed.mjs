// What npm keeps for itself: `npm run round --config=my.yml` gives the option to npm, which knows nothing of it and says nothing.

/** Options of the program, as npm leaves them behind. npm takes `-c` for its own `--call`. */
const OPTIONS = /** @type {const} */ ({ config: '--config', call: '--config', sdk: '--sdk', json: '--json' });

/**
 * Why this command is not what was typed, with the right one; undefined if npm has kept nothing.
 * @param {Readonly<Record<string, string | undefined>>} env
 * @param {readonly string[]} given what npm has handed over, the command first
 */
export function swallowedText(env, given) {
  if (env['npm_lifecycle_event'] === undefined) return undefined;
  const kept = Object.entries(OPTIONS).filter(([name]) => env[`npm_config_${name}`] !== undefined);
  if (kept.length === 0) return undefined;
  const words = kept.flatMap(([name, option]) => {
    const value = env[`npm_config_${name}`];
    return value === 'true' || value === '' ? [option] : [option, quoted(String(value))];
  });
  // A value that stood apart from its option has come through alone.
  const right = ['npm run', env['npm_lifecycle_event'], '--', ...words, ...given.slice(1).map(quoted)].join(' ');
  return `npm has kept ${kept.map(([name]) => (name === 'call' ? '-c' : `--${name}`)).join(', ')} for itself; options of the program come after --: ${right}`;
}

/** @param {string} word */
const quoted = (word) => (/^[\w./:=,@%+-]+$/.test(word) ? word : `'${word.replaceAll("'", "'\\''")}'`);
