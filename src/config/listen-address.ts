import { z } from 'zod';
import type { MetricsAddress } from '../domain/metrics.js';

/** As the kernel takes it: a name could be one address today and another one tomorrow. Lower ports need a privilege that no worker should have. */
const FIRST_PORT = 1024;

function addressIn(text: string): MetricsAddress | undefined {
  const { v4, v6, digits = '' } = /^(?:(?<v4>[\d.]+)|\[(?<v6>[^\]]+)\]):(?<digits>\d{1,5})$/.exec(text)?.groups ?? {};
  const host = v4 ?? v6;
  const isNumeric = v4 === undefined ? z.ipv6().safeParse(v6).success : z.ipv4().safeParse(v4).success;
  const port = Number(digits);
  return host !== undefined && isNumeric && port >= FIRST_PORT && port <= 65_535 ? { host, port, text } : undefined;
}

const EXPECTED = `expected a numeric address and a port from ${FIRST_PORT} on, e.g. 127.0.0.1:9464 or "[::1]:9464"`;

/** An address of this host to listen on. A number alone gets the same answer as any other slip. */
export const listenAddress = z.union([z.string(), z.number()], EXPECTED).transform((given, context) => {
  const address = addressIn(String(given));
  if (address !== undefined) return address;
  context.addIssue({ code: 'custom', message: `${EXPECTED}, got ${JSON.stringify(given)}` });
  return z.NEVER;
});
