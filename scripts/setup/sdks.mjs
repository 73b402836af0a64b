// The SDK clients that set-up builds: a new one is a folder under sdk_clients/ and a line here.
// `artefact` is what its build.sh leaves, and `builtFrom` what it reads (without it: everything in the folder), both relative
// to the folder; `coldSeconds` only decides what starts first.

/** @typedef {{ name: string, needs: string[], artefact: string, builtFrom?: string[], coldSeconds: number }} Sdk */

/** @type {Sdk[]} */
export const sdks = [
  {
    name: 'python',
    needs: ['python'],
    artefact: '.venv/complete',
    builtFrom: ['build.sh', 'requirements.txt'],
    coldSeconds: 15,
  },
  { name: 'go', needs: ['go', 'git'], artefact: 'bin/basic-pubsub', coldSeconds: 20 },
  { name: 'rust', needs: ['cargo', 'cc'], artefact: 'target/release/sdk-client', coldSeconds: 60 },
  { name: 'java', needs: ['jdk', 'maven'], artefact: 'dist/client.jar', coldSeconds: 40 },
];
