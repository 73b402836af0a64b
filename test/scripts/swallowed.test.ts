import { execa } from 'execa';
import { describe, expect, it } from 'vitest';
import { swallowedText } from '../../scripts/setup/swallowed.mjs';
import { installRoot } from '../../src/host/os/tools.js';

const npm = { npm_lifecycle_event: 'round', npm_config_cache: '/c', npm_config_yes: '' };

describe('options that npm keeps for itself', () => {
  it.each([
    [{ npm_config_config: 'my.yml' }, ['round'], /kept --config for itself.*: npm run round -- --config my\.yml$/],
    [{ npm_config_config: "it's mine.yml" }, ['round'], /-- --config 'it'\\''s mine\.yml'$/],
    [{ npm_config_call: 'my.yml' }, ['round'], /kept -c for itself.*-- --config my\.yml$/],
    [{ npm_config_sdk: 'true', npm_config_json: 'true' }, ['round', 'go'], /-- --sdk --json go$/],
    [{ npm_config_json: '' }, ['round'], /-- --json$/],
  ])('%j are named with the right command', (kept, given, text) => {
    expect(swallowedText({ ...npm, ...kept }, given)).toMatch(text);
  });

  it('are none where npm has kept nothing, and where it is not npm that runs the command', () => {
    expect(swallowedText(npm, ['round', '--config', 'my.yml'])).toBeUndefined();
    expect(swallowedText({ npm_config_config: 'my.yml' }, ['round'])).toBeUndefined();
  });

  it('keep a round from starting', async () => {
    const end = await execa('npm', ['run', '--silent', 'round', '--config=my.yml'], {
      cwd: installRoot,
      reject: false,
    });
    expect([end.exitCode, end.stdout]).toEqual([64, '']);
    expect(end.stderr).toMatch(
      /^robustmq-chaos: npm has kept --config for itself; .*: npm run round -- --config my\.yml$/,
    );
  });
});
