import type { Injector } from '../host/injectors/contract.js';
import type { Fault } from '../host/faults/contract.js';

const HEAD = `# Faults

\`npm run docs\` makes this page from the code. A test fails when it is out of date. The words are explained in the [glossary](glossary.md).

Every fault takes the same way:

1. **Ticket**: a file with everything that is needed to end the fault is written and synced to disk.
2. **Keeper**: the keeper of the cluster confirms that it is alive and has read the ticket. Without this, nothing is injected.
3. **Inject and probe**: a fault that was not seen to take effect is \`fault_not_observed\`, never a pass.
4. **Hold**: the run renews the deadline in the ticket every second, up to a fixed limit. If the fault is no longer in force, or somebody has ended it, the status is \`fault_cut_short\`.
5. **Recover and prove**: the fault is ended, the proof is recorded, and the ticket is closed.

The run, a worker that starts, the keeper and a person (\`robustmq-chaos faults recover\`) all call the same \`recover\`. It takes a lock on the ticket and needs
nothing but the ticket. It succeeds if nothing was injected. It may run twice. If the recovery cannot be proved, the ticket is **stuck** and the cluster is
**dirty**: no scenario runs on it until it is stopped and started. The report says so, and the keeper keeps trying.

\`\`\`
robustmq-chaos faults list            what is broken on this host: since when, until when, by which run
robustmq-chaos faults recover [id]    end it and show the proof; works without Temporal
robustmq-chaos faults recover --all
\`\`\`
`;

const TAIL = `## What is killed, and what happens then

| killed                         | how the fault ends                                                                                                                            |
| ------------------------------ | ----------------------------------------------------------------------------------------------------------------------------------------- |
| worker                         | As planned: the command starts another worker, and the run continues. Without the command: the keeper ends the fault at the deadline.                                        |
| keeper                         | As planned: the run ends the fault. A new keeper runs within 2 seconds.                                                                              |
| worker and keeper              | Within 10 seconds after a worker or a keeper starts again. A cut by nft ends by itself at the deadline.                                                         |
| command, Temporal server       | The keeper ends the fault at the deadline, and stops the cluster when its lease has expired. The run continues with the next \`robustmq-chaos dev\`.           |
| Toxiproxy                      | A delay or a cut ends with it: \`fault_cut_short\`. The keeper starts the proxies again. From the injection on, no failure of the scenario is blamed on the broker.                                                              |
| the broker that was hit | The recovery starts it again. |
| another broker | The recovery starts it again. The scenario has \`failed\`, because nobody had killed this broker. |
| an SDK client                  | As planned. In the fault period this is noted. In the validation the client did not pass.                                                              |

\`npm run bench:kill-anything\` kills any of these, and pairs of them, at random moments of real rounds. It also pauses processes, steps the clock, takes
ports and fills the disk. It does so two hundred times. After each case it checks: no fault is in force; nothing that carries a mark of the case is
left; the run has finished or can be resumed; there is no false PASS; the broker is not blamed where only what is ours was hurt. It prints its seed.
\`npm run bench:kill-anything -- --seed <seed> --only <case>\` repeats one case.

Two things were not run on a real system: netem, because the kernel of the test machine does not have it (its commands and refusals are tested), and a real
chaosd (its API is tested against a stand-in that behaves like it).
`;

const section = ({ kind, targetKind, about }: Fault): string =>
  [
    `## ${kind}`,
    about.does,
    `- **Target**: ${targetKind === 'broker' ? 'a broker (`robustmq-server`, `n1` …)' : 'an interface (`eth0` …)'}`,
    `- **Needs**: ${about.needs}`,
    `- **Proof that it has taken effect**: ${about.bites}`,
    `- **Proof that it is over**: ${about.over}`,
    `- **If a process of this program is killed**: ${about.survives}`,
  ].join('\n\n');

const injectorSection = ({ name, about }: Injector): string =>
  [`### ${name}`, about.does, `- **Needs**: ${about.needs}`, `- **How it ends**: ${about.ends}`].join('\n\n');

/** The page `docs/faults.md`: what each fault does, needs, how it is proved, how it ends, what deaths of ours it survives. */
export const faultsPage = (faults: readonly Fault[], injectors: readonly Injector[]): string =>
  [
    HEAD.trim(),
    ...faults.map(section),
    '## Injectors\n\nAn injector changes the network. `auto` asks them in this order, and takes the first one that can do the work.',
    ...injectors.map(injectorSection),
    TAIL.trim(),
    '',
  ].join('\n\n');
