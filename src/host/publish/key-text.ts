/** A private key as ssh reads it, or what the bytes are instead. */
export type KeyText = { readonly text: string } | { readonly problem: string; readonly isPublic?: boolean };

const BLOCK = /-----BEGIN ([A-Z0-9 ]*PRIVATE KEY)-----([\s\S]*?)-----END \1-----/;
const BEGIN = /-----BEGIN [A-Z0-9 ]*PRIVATE KEY-----/;
const PUBLIC = /^\s*((sk-)?(ssh|ecdsa)-[a-z0-9@.-]+ AAAA|---- BEGIN SSH2 PUBLIC KEY|-----BEGIN ([A-Z]+ )?PUBLIC KEY)/;
const PUTTY = /^\s*PuTTY-User-Key-File-/;
const LINE = 70;

const problem = (text: string): KeyText => ({ problem: text });

/**
 * Reads a private key in the form in which hands, clipboards, Windows and secret stores leave one: CRLF, no last newline, spaces or the two characters \n in place of
 * line ends, quotes or blank lines around it. Only the form is mended; what it holds stays as it is.
 */
export function keyText(bytes: Buffer): KeyText {
  if (bytes.includes(0)) return problem('it is UTF-16 or binary: save it as plain text');
  const given = bytes.toString('utf8').replace(/^\uFEFF/, '');
  if (given.trim() === '') return problem('it is empty');
  if (PUTTY.test(given))
    return problem(
      "it is a key of PuTTY (.ppk), which ssh does not read: convert it with puttygen FILE -O private-openssh -o NEW_FILE, or PuTTYgen's Conversions, Export OpenSSH key",
    );
  if (PUBLIC.test(given))
    return {
      problem: 'it is the public half (.pub), which belongs to the repository: name the private key',
      isPublic: true,
    };
  const plain = given.replaceAll(/\\r\\n|\\n|\\r|\r\n?/g, '\n');
  const [, kind, body] = BLOCK.exec(plain) ?? [];
  if (kind === undefined || body === undefined) return problem(noBlock(plain));
  if (kind.startsWith('ENCRYPTED') || /Proc-Type:.*ENCRYPTED/.test(body))
    return problem('it has a passphrase, and nobody is there to type it: make a new key without one');
  const base64 = body.replaceAll(/\s/g, '');
  const wrong = /[^A-Za-z0-9+/=]/.exec(base64);
  if (wrong !== null) return problem('it is damaged: there are characters in it that no key has; copy it again');
  const lines = base64.match(new RegExp(`.{1,${LINE}}`, 'g')) ?? [];
  return {
    text: isWhole(given, kind) ? given : [`-----BEGIN ${kind}-----`, ...lines, `-----END ${kind}-----`, ''].join('\n'),
  };
}

/** As ssh wants it, whatever the length of its lines. */
const isWhole = (given: string, kind: string): boolean =>
  given.startsWith(`-----BEGIN ${kind}-----\n`) &&
  given.endsWith(`\n-----END ${kind}-----\n`) &&
  !/[\r\\ \t]/.test(given.replaceAll(/-----.*-----/g, ''));

function noBlock(plain: string): string {
  if (BEGIN.test(plain)) return 'it is cut off: its line -----END … PRIVATE KEY----- is missing; copy it again';
  const decoded = /^[A-Za-z0-9+/=\s]+$/.test(plain) ? Buffer.from(plain, 'base64').toString('latin1') : '';
  if (BEGIN.test(decoded)) return 'it is a private key in base64: decode it once (base64 -d)';
  return 'expected a private key (-----BEGIN … PRIVATE KEY-----), found something else';
}
