import { SHOWN_VIOLATIONS, type Guarantee } from '../domain/guarantees/guarantee.js';

const HEAD = `# Guarantees

\`npm run docs\` makes this page from the code. A test fails when it is out of date. The words are explained in the [glossary](glossary.md).

MQTT promises its clients more than that no acknowledged message is lost. Each of these promises is one guarantee here, with one checker. A checker reads what
the clients of one SDK saw in one phase (their history), and knows what was done to the cluster, and what the broker declares about itself. Its answer is one of four:

| answer | meaning |
| ------ | ------- |
| held | The rule was applied to at least one case, and every case was as it should be. |
| violated | At least one case breaks the rule. Each violation comes with the shortest history that shows it. |
| undecided | Nothing was seen to which the rule applies; or what was seen allows both answers, for example because a client does not record what the checker needs. It is never a pass. |
| not offered | The broker says that it lacks the feature, or granted it and never did it. It is not judged. |

## Where they are shown

- At the head of each report there is a matrix of guarantees and SDKs. A cell has the worst of all scenarios and phases: violated, then undecided, held, not offered.
- Below each scenario, the violations: a sentence, the history as a table, and on the page as a picture. The first ${SHOWN_VIOLATIONS} of each guarantee, SDK and phase are kept in full; all are counted. What is undecided
  or not offered has its reason there.
- The first line names violations, for example \`PASS, order violated (go in leader-transfer)\`. Those of at-least-once are the lost messages, which it names as such.

[Reading a report](reading-a-report.md#guarantees) has an example.

## What counts

\`verdict.guarantees\` in the config is a list of the guarantees that count, by name. The default is \`[at-least-once]\`. A violation of one of them in a validation
is a failure. In a fault period it is one only if the config names the guarantee itself. The violations of all others are shown, and fail nothing.

## What a client has to record

The clients of this project leave a [ledger](../sdk_clients/CONTRACT.md). Version 1 has the first time of each step of a message. Version 2 has every event: connections,
subscriptions, hand-overs, acknowledgements, receipts. A user's own client may leave either: each guarantee is judged as far as its ledger has what is needed, and is
undecided otherwise.

## The guarantees

Sections are those of the MQTT standard, version 3.1.1, or 5 where it says so.
`;

const cells = ({ name, rule, section, needs, unknown }: Guarantee): string =>
  `| ${[name, rule, section, needs, unknown].map((text) => text.replaceAll('|', '\\|')).join(' | ')} |`;

/** The page `docs/guarantees.md`: what each guarantee demands, what a client has to record for it, and what nobody can know. */
export const guaranteesPage = (guarantees: readonly Guarantee[]): string =>
  [
    HEAD.trim(),
    '',
    '| guarantee | rule | section | what is recorded | what cannot be known from outside |',
    '| --------- | ---- | ------- | ---------------- | --------------------------------- |',
    ...guarantees.map(cells),
    '',
  ].join('\n');
