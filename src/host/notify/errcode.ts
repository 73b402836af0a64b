import { fieldsOf, isRefused, type Refusal } from './post.js';

/** What an answer of DingTalk's or WeCom's says: both have a code in `errcode`. `hopeless` are the codes after which another attempt cannot help. */
export function refusalByErrcode(
  status: number,
  answer: string,
  hopeless: Readonly<Record<number, string>>,
): Refusal | null {
  const code = fieldsOf(answer)['errcode'];
  if (typeof code !== 'number') return { hopeless: isRefused(status) };
  if (status === 200 && code === 0) return null;
  const hint = hopeless[code];
  return hint === undefined ? { hopeless: false } : { hopeless: true, hint };
}
