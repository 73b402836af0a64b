const STARTS = /: mosquitto version \S+ starting$/;
const CAME = /: New client connected from \S+ as (.+) \(p\d/;
const WENT = [
  /: Client (.+) been disconnected by /,
  /: Client (.+?)(?: \[[^\]]*\])? (?:disconnected[.:, ]|closed its connection|has exceeded timeout)/,
  /: Bad socket read\/write on client (.+): /,
  /: Client (.+) already connected, closing old connection/,
];

/**
 * Who is connected, by the log of Mosquitto 2.0 since its last start. It is the only place where it tells the ids of its clients: its `$SYS` topics only count
 * them.
 */
export function connectedIn(lines: readonly string[]): string[] {
  const connected = new Set<string>();
  for (const line of lines) {
    if (STARTS.test(line)) connected.clear();
    const came = CAME.exec(line)?.[1];
    if (came !== undefined) connected.add(came);
    const went = WENT.map((words) => words.exec(line)?.[1]).find((id) => id !== undefined);
    if (went !== undefined) connected.delete(went);
  }
  return [...connected];
}
