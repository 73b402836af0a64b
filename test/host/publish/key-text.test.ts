import { expect, it } from 'vitest';
import { keyText } from '../../../src/host/publish/key-text.js';

const BODY = Array.from({ length: 5 }, (_, i) => String(i).repeat(70));
const key = (kind = 'OPENSSH PRIVATE KEY', lines: readonly string[] = BODY): string =>
  [`-----BEGIN ${kind}-----`, ...lines, `-----END ${kind}-----`, ''].join('\n');
const read = (text: string): ReturnType<typeof keyText> => keyText(Buffer.from(text));

it.each(['OPENSSH PRIVATE KEY', 'RSA PRIVATE KEY', 'PRIVATE KEY'])('a good %s stays as it is, to the byte', (kind) => {
  expect(read(key(kind))).toEqual({ text: key(kind) });
  const other = key(kind, ['A'.repeat(64), 'B'.repeat(10)]);
  expect(read(other)).toEqual({ text: other });
});

it.each<[string, string]>([
  ['with CRLF', key().replaceAll('\n', '\r\n')],
  ['with CR alone', key().replaceAll('\n', '\r')],
  ['without its last newline', key().trimEnd()],
  ['on one line, with spaces', key().trimEnd().replaceAll('\n', ' ')],
  ['on one line, with nothing', key().replaceAll('\n', '')],
  ['with the two characters \\n', key().replaceAll('\n', '\\n')],
  ['in quotes', `"${key().replaceAll('\n', '\\n')}"\n`],
  ['indented', key().replaceAll(/^/gm, '    ')],
  ['with empty lines around it', `\n\n${key()}\n\n`],
  ['with a byte order mark', `\uFEFF${key()}`],
  ['with a line in front', `deploy key of the reports\n${key()}`],
])('a key %s is mended', (_, text) => {
  expect(read(text)).toEqual({ text: key() });
});

it.each<[string, Buffer | string, RegExp]>([
  ['nothing', '', /it is empty/],
  ['blank lines', '\n\n', /it is empty/],
  ['UTF-16', Buffer.from(key(), 'utf16le'), /it is UTF-16 or binary/],
  [
    'a key of PuTTY',
    'PuTTY-User-Key-File-3: ssh-ed25519\nEncryption: none\n',
    /PuTTY \(\.ppk\).*puttygen FILE -O private-openssh/,
  ],
  ['the public half', 'ssh-ed25519 AAAAC3NzaC1 me@host\n', /public half \(\.pub\).*name the private key/],
  ['an RSA public half', 'ssh-rsa AAAAB3Nz\n', /public half/],
  ['an ECDSA public half', 'ecdsa-sha2-nistp256 AAAAE2Vj\n', /public half/],
  ["a security key's public half", 'sk-ssh-ed25519@openssh.com AAAAGnNr\n', /public half/],
  ['a public key of SSH2', '---- BEGIN SSH2 PUBLIC KEY ----\nAAAA\n', /public half/],
  ['a public key in PEM', '-----BEGIN PUBLIC KEY-----\nAAAA\n-----END PUBLIC KEY-----\n', /public half/],
  [
    'a passphrase in the old form',
    key('RSA PRIVATE KEY', ['Proc-Type: 4,ENCRYPTED', 'DEK-Info: AES-128-CBC,76', '', 'QUJD']),
    /it has a passphrase/,
  ],
  ['a passphrase in PKCS 8', key('ENCRYPTED PRIVATE KEY'), /it has a passphrase/],
  ['a key without its end', key().slice(0, 200), /it is cut off: its line -----END/],
  ['a key in base64', Buffer.from(key()).toString('base64'), /a private key in base64: decode it once/],
  ['a key with a stranger in it', key().replace('2222', '2<22'), /it is damaged/],
  [
    'a certificate',
    key('CERTIFICATE'),
    /expected a private key \(-----BEGIN … PRIVATE KEY-----\), found something else/,
  ],
  ['a word', 'no key\n', /found something else/],
])('%s is said to be that', (_, content, words) => {
  const found = keyText(Buffer.from(content as string));
  expect('problem' in found && found.problem).toMatch(words);
});

it('no part of a key is in what is said of it', () => {
  const found = read(key().replace('2222', '2<22'));
  expect(JSON.stringify(found)).not.toMatch(/2222|1111/);
});
