import type { Injector } from '../host/injectors/contract.js';
import type { Fault } from '../host/faults/contract.js';

const HEAD = `# Faults

Made from the code by \`npm run docs\`; a test says when it is out of date.

Every fault goes the same way, whoever does it:

1. its **ticket** is written and synced to disk, with everything that is needed to end it;
2. the cluster's **keeper** is confirmed to be alive and to have read that ticket, or nothing happens at all;
3. **inject**, then **probe**: a fault that was not seen to bite is \`fault_not_observed\`, never a pass;
4. **hold**: the deadline in the ticket is renewed every second, never past a hard cap; a fault that is no longer in force, or that somebody ended, was cut short;
5. **recover** and **proof**; then the ticket is closed.

The run, a worker that starts, the keeper and a person (\`robustmq-chaos faults recover\`) call the same \`recover\`, under a lock on the ticket: it needs the ticket
alone, succeeds where nothing was injected, and may run twice. A recovery that cannot be proved ends as **stuck**: the cluster is dirty, no scenario runs on it
before it was stopped and started, the report says so, and the keeper goes on trying.

\`\`\`
robustmq-chaos faults list            what is broken on this host: since when, until when, by which run
robustmq-chaos faults recover [id]    ends it and shows the proof; works without Temporal
robustmq-chaos faults recover --all
\`\`\`
`;

const TAIL = `## What is killed, and what happens then

| killed                         | the fault ends                                                                                                                            |
| ------------------------------ | ----------------------------------------------------------------------------------------------------------------------------------------- |
| worker                         | as planned: the command starts another one, and the run goes on; else at the deadline, by the keeper                                        |
| keeper                         | as planned, by the run; a new keeper is there within 2 seconds                                                                              |
| worker and keeper              | within 10 seconds of the next start of either; an nft cut by itself at the deadline                                                         |
| command, Temporal server       | at the deadline, by the keeper; the cluster is stopped when its lease is over; the run goes on with the next \`robustmq-chaos dev\`           |
| Toxiproxy                      | a delay or cut with it: \`fault_cut_short\`; the keeper starts the proxies again; from the inject on no failure of the scenario is blamed on the broker                                                              |
| the broker that was hit | it is started again by the recovery |
| another broker | it is started again with the recovery; the scenario has \`failed\`, since nobody had killed it |
| an SDK client                  | as planned; in the fault period it is noted, in the validation it did not pass                                                              |

\`npm run bench:kill-anything\` kills any of these, and pairs of them, at random moments of real rounds, two hundred times, and looks after each: no fault
in force, no process, port, rule or toxic left, the host as it was before, the run finished or resumable, no false PASS, no FAIL by
the death of the proxies alone. It prints its seed;
\`npm run bench:kill-anything -- --seed <seed> --only <case>\` plays one case again.

What was not run where this was written: netem, since that kernel has none (its commands and refusals are tested), and a real chaosd (its API is, against
a stand-in with its traps).
`;

const section = ({ kind, targetKind, about }: Fault): string =>
  [
    `## ${kind}`,
    about.does,
    `- **Target**: ${targetKind === 'broker' ? 'a broker (`robustmq-server`, `n1` …)' : 'an interface (`eth0` …)'}`,
    `- **Needs**: ${about.needs}`,
    `- **Proof that it bites**: ${about.bites}`,
    `- **Proof that it is over**: ${about.over}`,
    `- **Whoever dies**: ${about.survives}`,
  ].join('\n\n');

const injectorSection = ({ name, about }: Injector): string =>
  [`### ${name}`, about.does, `- **Needs**: ${about.needs}`, `- **How it ends**: ${about.ends}`].join('\n\n');

/** The page `docs/faults.md`: what each fault does, needs, how it is proved, how it ends, what deaths of ours it survives. */
export const faultsPage = (faults: readonly Fault[], injectors: readonly Injector[]): string =>
  [
    HEAD.trim(),
    ...faults.map(section),
    '## Injectors\n\nWho acts on the network; `auto` asks them in this order, and takes the first that can.',
    ...injectors.map(injectorSection),
    TAIL.trim(),
    '',
  ].join('\n\n');
