/**
 * Who may import what: the table of rooms of docs/architecture.md. An import that is not in it is refused, and so is every circle, of files and of rooms.
 * `npm run lint` asks dependency-cruiser; what single files may use of Node and of packages is in eslint.config.mjs.
 */

/** Room → the rooms that it may import. A room is a folder; rooms of `src/host` are named without it. */
const rooms = {
  domain: [],
  config: ['domain'],
  report: ['domain'],
  messages: ['domain'],
  'host/os': ['domain'],
  'host/remote': ['domain'],
  'host/layout': ['domain'],
  'host/drivers': ['domain', 'host/os', 'host/layout'],
  'host/clients': ['domain', 'host/os', 'host/layout', 'host/drivers'],
  'host/data': ['domain', 'host/os', 'host/layout', 'host/clients'],
  'host/tickets': ['domain', 'host/os', 'host/layout'],
  'host/injectors': ['domain', 'host/os', 'host/layout', 'host/drivers', 'host/tickets'],
  'host/update': ['domain', 'host/os', 'host/layout'],
  'host/faults': ['domain', 'host/os', 'host/drivers', 'host/tickets', 'host/injectors'],
  'host/lifecycle': ['domain', 'host/os', 'host/drivers', 'host/tickets', 'host/faults'],
  'host/keeper': ['domain', 'host/os', 'host/layout', 'host/drivers', 'host/tickets', 'host/faults', 'host/lifecycle'],
  'host/temporal': ['domain', 'host/os', 'host/layout'],
  'host/notify': ['domain', 'host/os', 'host/layout', 'host/remote'],
  'host/publish': ['domain', 'host/os', 'host/layout', 'host/remote'],
  'host/doctor': ['domain', 'host/os', 'host/remote', 'host/notify', 'host/publish'],
  docs: ['domain', 'host/faults', 'host/injectors'],
  temporal: ['domain', 'messages', 'host/os', 'host/temporal'],
  threads: ['domain', 'messages', 'report', 'host/*'],
  activities: ['domain', 'messages', 'report', 'threads', 'host/*'],
  workflows: ['domain', 'messages', 'activities'],
  worker: ['domain', 'config', 'activities', 'temporal', 'host/*'],
  client: ['domain', 'config', 'messages', 'report', 'workflows', 'temporal', 'worker', 'host/*'],
};

const pathOf = (room) => (room === 'worker' ? 'src/worker\\.ts' : `src/${room === 'host/*' ? 'host' : room}/`);

const tableRules = Object.entries(rooms).map(([room, allowed]) => ({
  name: `room-${room.replace('/', '-')}`,
  comment: `src/${room} may import ${allowed.length === 0 ? 'itself alone' : allowed.join(', ')}.`,
  severity: 'error',
  from: { path: `^${pathOf(room)}` },
  to: { path: '^src/', pathNot: `^(${[room, ...allowed].map(pathOf).join('|')})` },
}));

export default {
  forbidden: [
    {
      name: 'no-circle',
      comment: 'Files that import each other, also by a detour, cannot be understood or tested alone.',
      severity: 'error',
      from: {},
      to: { circular: true },
    },
    {
      name: 'no-circle-of-rooms',
      comment: 'Rooms that import each other are one room.',
      severity: 'error',
      scope: 'folder',
      from: {},
      to: { circular: true },
    },
    {
      name: 'room-in-the-table',
      comment: 'Every file of src belongs to a room of the table; a new room is one line there.',
      severity: 'error',
      from: { path: '^src/', pathNot: `^(${Object.keys(rooms).map(pathOf).join('|')})` },
      to: {},
    },
    ...tableRules,
    {
      name: 'scripts-apart',
      comment:
        'Of what runs before there is a build, src knows what it shares with set-up (scripts/os), and doctor what set-up would say.',
      severity: 'error',
      from: { path: '^src/', pathNot: '^src/client/commands/doctor\\.ts' },
      to: { path: '^scripts/', pathNot: '^scripts/os/' },
    },
    {
      name: 'scripts-os-in-host-os',
      comment: 'The rest of src has it from src/host/os.',
      severity: 'error',
      from: { path: '^src/', pathNot: '^src/host/os/' },
      to: { path: '^scripts/os/' },
    },
    {
      name: 'before-a-build',
      comment: 'What runs before there is a build needs none; nor any package, which eslint.config.mjs says.',
      severity: 'error',
      from: { path: '^scripts/(os|setup)/|^scripts/(setup|run)\\.mjs' },
      to: { path: '^(src|test|testing|bench)/' },
    },
    {
      name: 'equipment-apart',
      comment: 'test and bench share testing/, and do not import each other.',
      severity: 'error',
      from: { path: '^(test|bench|testing)/' },
      to: { path: '^(test|bench)/', pathNot: '^$1/' },
    },
    {
      name: 'product-apart',
      comment: 'What runs in production knows nothing of its tests.',
      severity: 'error',
      from: { path: '^src/' },
      to: { path: '^(test|bench|testing)/' },
    },
  ],
  options: {
    tsConfig: { fileName: 'tsconfig.json' },
    tsPreCompilationDeps: true,
    doNotFollow: { path: 'node_modules' },
    exclude: { path: '^(node_modules|dist|\\.tools)/' },
  },
};
