import { brokerText, changeText, isWorse, type Change } from './changes.js';

/** What is new, known and gone in a run, by name. */
export interface RunNews {
  readonly isNew: readonly string[];
  readonly known: readonly string[];
  readonly gone: readonly string[];
}

/** Of so many changes at once, one build is the cause of all: the report has the rest. */
const NAMED = 5;

function changesLine(changes: readonly Change[]): string[] {
  if (changes.length === 0) return [];
  const texts = changes.slice(0, NAMED).map((change) => {
    const broker = brokerText(change, '未变');
    const said = [...(isWorse(change) ? [] : ['好转']), `自 ${change.since} 起`, ...(broker === null ? [] : [broker])];
    return `${changeText(change)} (${said.join(', ')})`;
  });
  const more = changes.length > texts.length ? [`… (${changes.length - texts.length})`] : [];
  return [`变化: ${[...texts, ...more].join('; ')}`];
}

/**
 * The last lines of a message: one where the config has a list of known failures, and one where figures have changed.
 * @param news null where the config has no such list
 */
export function newsLines(news: RunNews | null, changes: readonly Change[]): string[] {
  if (news === null) return changesLine(changes);
  const list = (names: readonly string[]): string => names.join(', ') || '无';
  const line = `新问题: ${list(news.isNew)} 已知: ${list(news.known)} 已消失: ${list(news.gone)}`;
  return [line, ...changesLine(changes)];
}
