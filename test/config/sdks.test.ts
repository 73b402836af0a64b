import { describe, expect, it } from 'vitest';
import { DEFAULT_SDKS, SDK_NAMES, sdkProblems } from '../../src/config/sdks.js';

const textsOf = (named: readonly string[], mqttVersion: '3.1.1' | '5'): string[] =>
  sdkProblems(named, { name: 'some', mqttVersion }).map(({ text }) => text);

describe('the SDKs of a config', () => {
  it('are those of every round where it names none, and Java takes part once in those', () => {
    expect(DEFAULT_SDKS).toEqual(['python', 'go', 'rust', 'java']);
    expect(textsOf(DEFAULT_SDKS, '3.1.1')).toEqual([]);
  });

  it('all speak MQTT 5', () => {
    expect(textsOf(SDK_NAMES, '5')).toEqual([]);
  });

  it('are refused, each at its place, where they do not speak to the brokers of the driver', () => {
    expect(textsOf(['go', 'java-paho'], '3.1.1')).toEqual([
      'sdks.1: expected SDKs that speak MQTT 3.1.1, as driver some needs; java-paho speaks only MQTT 5: leave it out',
    ]);
  });

  it('are refused where there is no such client, and that alone is said where the driver is unknown', () => {
    expect(sdkProblems(['java-paho', 'node'], undefined)).toEqual([
      {
        path: ['sdks', 1],
        text: 'sdks.1: expected one of python, go, rust, java, java-paho, got node; clients of your own need sdk_clients.folder',
      },
    ]);
  });
});
