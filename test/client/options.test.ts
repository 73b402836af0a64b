import { userInfo } from 'node:os';
import { join } from 'node:path';
import { Command, type Option } from 'commander';
import { describe, expect, it } from 'vitest';
import { byOption, configOption, jsonOption, portOption, readConfig, sdkOption } from '../../src/client/options.js';
import { installRoot } from '../../src/host/os/tools.js';

function parsed(option: Option, ...args: string[]): unknown {
  const command = new Command()
    .exitOverride()
    .configureOutput({ writeErr: () => undefined })
    .addOption(option);
  command.parse(args, { from: 'user' });
  return command.opts()[option.attributeName()];
}

describe('an option', () => {
  it('--sdk is a list, whatever the spaces', () => {
    expect(parsed(sdkOption(), '--sdk', ' go, rust,,')).toEqual(['go', 'rust']);
    expect(parsed(sdkOption())).toBeUndefined();
  });

  it('--port is a port, or 0 for a free one', () => {
    expect(parsed(portOption())).toBe(0);
    expect(parsed(portOption(), '--port', '65535')).toBe(65_535);
    for (const bad of ['65536', '-1', '1.5', 'x', '']) expect(() => parsed(portOption(), '--port', bad), bad).toThrow();
  });

  it('--by is the user of this machine unless somebody else is named', () => {
    expect(parsed(byOption('who'))).toBe(userInfo().username);
    expect(parsed(byOption('who'), '--by', 'Ada')).toBe('Ada');
  });

  it('--config is the one that comes with the program, and --json is off', () => {
    expect(parsed(configOption())).toBe(join(installRoot, 'config', 'default.yml'));
    expect(parsed(jsonOption())).toBe(false);
  });
});

it('the config that comes with the program can be read; one that is not there is named', () => {
  expect(readConfig(join(installRoot, 'config', 'default.yml')).scenarios.length).toBeGreaterThan(0);
  expect(() => readConfig('/nowhere/chaos.yml')).toThrow(
    expect.objectContaining({ code: 'CONFIG_INVALID', message: expect.stringContaining('/nowhere/chaos.yml') }),
  );
});
