// One `dayfly --json` process: its lines as a journal, its commands as calls.

import { spawn } from 'node:child_process';
import { createInterface } from 'node:readline';
import { Journal } from './journal.mjs';

/** The binary under test. */
export function binary() {
  const path = process.env.DAYFLY_BIN;
  if (!path) throw new Error('DAYFLY_BIN must hold the path of the dayfly binary');
  return path;
}

export class Dayfly extends Journal {
  #child;
  #references = 0;
  #exit;
  /** What it wrote for people, kept for failures. */
  stderr = '';

  /** `prefix` runs it under another command, as within a network namespace. */
  constructor(name, args, { prefix = [], env = {} } = {}) {
    super(name);
    const [command, ...rest] = [...prefix, binary(), ...args];
    this.#child = spawn(command, rest, { stdio: 'pipe', env: { ...process.env, ...env } });
    this.#child.stderr.setEncoding('utf8').on('data', (text) => (this.stderr += text));
    this.#child.stdin.on('error', () => {});
    createInterface({ input: this.#child.stdout }).on('line', (line) => {
      let entry;
      try {
        entry = JSON.parse(line);
      } catch {
        entry = { event: 'not_json', line };
      }
      this.add(entry);
    });
    this.#exit = new Promise((resolve) => {
      this.#child.on('error', (error) => (this.end(error.message), resolve({ code: null, error })));
      this.#child.on('close', (code, signal) => {
        this.end(`exit code ${code ?? signal}${this.stderr ? `, stderr: ${this.stderr.slice(-2000)}` : ''}`);
        resolve({ code, signal });
      });
    });
  }

  get pid() {
    return this.#child.pid;
  }

  /** Sends one line as it stands. */
  raw(line) {
    this.#child.stdin.write(`${line}\n`);
  }

  /** Sends a command and gives its `ok`; an `error` rejects unless `refused` is asked for. */
  async ask(command, { refused = false, within } = {}) {
    const ref = `r${++this.#references}`;
    this.raw(JSON.stringify({ ...command, ref }));
    const answer = await this.until(
      (entry) => entry.ref === ref && (entry.event === 'ok' || entry.event === 'error'),
      { within },
    );
    if (refused !== (answer.event === 'error')) throw new Error(`${command.cmd}: ${JSON.stringify(answer)}`);
    return answer;
  }

  say(text) {
    return this.ask({ cmd: 'say', text });
  }

  dm(to, text) {
    return this.ask({ cmd: 'dm', to, text });
  }

  typing(on, to) {
    return this.ask({ cmd: 'typing', on, ...(to === undefined ? {} : { to }) });
  }

  rename(name) {
    return this.ask({ cmd: 'name', name });
  }

  /** The row of the member that fits, once it is here. */
  async member(pattern = {}, options) {
    const here = (entry) => ['member_joined', 'member_changed'].includes(entry.event) && entry.member.state === 'here';
    const wanted = (entry) => here(entry) && Object.entries(pattern).every(([key, value]) => entry.member[key] === value);
    return (await this.until(wanted, options)).member;
  }

  /** Leaves politely and gives the exit code. */
  async leave({ within = 10_000 } = {}) {
    this.#child.stdin.end();
    return this.exited({ within });
  }

  /** The exit code, within a deadline. */
  async exited({ within = 10_000 } = {}) {
    let timer;
    const late = new Promise((_, reject) => {
      timer = setTimeout(() => reject(new Error(`${this.pid} still runs after ${within} ms`)), within);
    });
    try {
      return (await Promise.race([this.#exit, late])).code;
    } finally {
      clearTimeout(timer);
    }
  }

  /** Ends it at once, without a goodbye. */
  async kill() {
    if (this.#child.exitCode === null && this.#child.signalCode === null) this.#child.kill('SIGKILL');
    await this.#exit;
  }
}
