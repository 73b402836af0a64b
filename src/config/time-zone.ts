import { z } from 'zod';

/** Zones of three letters that the IANA database has; JavaScript knows many more, of its own. */
const SHORT = 'CET EET EST GMT HST MET MST PRC ROC ROK UCT UTC WET'.split(' ');

/** JavaScript does not mind the case of a zone's name, and Temporal's server does: what is accepted here must be accepted there. */
export const timeZone = z.string().superRefine((zone, context) => {
  const expected = 'expected a time zone of the IANA database, e.g. "Asia/Shanghai" or "UTC"';
  const known = Intl.supportedValuesOf('timeZone').find((name) => name.toLowerCase() === zone.toLowerCase());
  if (known !== undefined && known !== zone) {
    context.addIssue({ code: 'custom', message: `${expected}, got ${zone}; did you mean ${known}?` });
  } else if (
    !isZone(zone) ||
    !/^[A-Z][a-z0-9A-Z_+-]*(\/[A-Z][a-z0-9A-Z_+-]*)*$/.test(zone) ||
    /[A-Z]{5}|\/[A-Z]{4}/.test(zone) ||
    (/^[A-Z]{3}$/.test(zone) && !SHORT.includes(zone))
  ) {
    context.addIssue({ code: 'custom', message: `${expected}, got ${zone}` });
  }
});

function isZone(zone: string): boolean {
  try {
    new Intl.DateTimeFormat('en', { timeZone: zone });
    return true;
  } catch {
    return false;
  }
}
