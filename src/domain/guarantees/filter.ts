/** Topic filters of MQTT: 4.7, and 4.8.2 of 5 for shared subscriptions. */

/** A subscription that its group shares; null: an ordinary one. A group is one or more characters without `/`, `+` and `#`, and its filter is not empty. */
export function shareOf(filter: string): { readonly group: string; readonly filter: string } | null {
  const parts = /^\$share\/([^/+#]+)\/(.+)$/s.exec(filter);
  return parts === null ? null : { group: parts[1] ?? '', filter: parts[2] ?? '' };
}

/** Does a subscription with this filter get what is published to this topic? A shared one does by the filter behind its group, though perhaps as another member. */
export function matches(filter: string, topic: string): boolean {
  const wanted = (shareOf(filter)?.filter ?? filter).split('/');
  const levels = topic.split('/');
  // 4.7.2: what a server keeps for itself is not found by a wildcard at the start.
  if (topic.startsWith('$') && (wanted[0] === '+' || wanted[0] === '#')) return false;
  for (const [at, level] of wanted.entries()) {
    if (level === '#') return at === wanted.length - 1;
    if (at >= levels.length || (level !== '+' && level !== levels[at])) return false;
  }
  return wanted.length === levels.length;
}
