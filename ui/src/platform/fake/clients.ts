// Other programs that may ask the fake core. It refuses what the real one refuses, in the same words.

import { CommandError, type ClientAddRequest, type ClientAddResponse, type ClientView, type ErrorCode, type SourceView } from "../index";

/** What every program shows. */
export const FAKE_TOKEN = "atom_4Zc1mXq7TQwY0eRk9uVbN2hJ6sLfDp8GaEoI5xC3tWM";
const LONGEST_NAME = 64;

interface Client {
  id: string;
  name: string;
  /** Ids of the folders that it sees; all without. */
  sources: readonly string[] | null;
  createdAt: number;
  usedAt: number | null;
}

function refusal(code: ErrorCode, message: string): CommandError {
  return new CommandError({ code, message, retryable: false, details: null });
}

export class FakeClients {
  private clients: Client[] = [];
  private made = 0;

  constructor(private readonly sources: () => readonly SourceView[]) {}

  /** One assistant, with one folder. */
  seed(now: number): void {
    this.made = 1;
    this.clients = [{ id: "1", name: "Claude", sources: ["1"], createdAt: now - 20 * 86_400_000, usedAt: now - 2 * 3_600_000 }];
  }

  private viewOf({ id, name, sources, createdAt, usedAt }: Client): ClientView {
    const seen = this.sources().filter((source) => sources?.includes(source.id));
    return { id, name, all: sources === null, sources: seen.map((source) => source.path), createdAt, usedAt };
  }

  list(): ClientView[] {
    return [...this.clients].sort((a, b) => a.name.localeCompare(b.name)).map((client) => this.viewOf(client));
  }

  add({ name: given, all, sources }: ClientAddRequest, createdAt: number): ClientAddResponse {
    const name = given.trim();
    if (name === "" || [...name].length > LONGEST_NAME) throw refusal("invalid-input", `give the program a name of at most ${LONGEST_NAME} characters`);
    if (all ? sources.length > 0 : sources.length === 0) throw refusal("invalid-input", "say which folders the program sees: some, or all of them");
    if (sources.some((id) => this.sources().every((source) => source.id !== id))) throw refusal("not-found", "this folder is not in the list any more");
    if (this.clients.some((client) => client.name === name)) throw refusal("invalid-input", `there is a program called ${name} already`);
    this.made += 1;
    const client = { id: String(this.made), name, sources: all ? null : sources, createdAt, usedAt: null };
    this.clients.push(client);
    return { client: this.viewOf(client), token: FAKE_TOKEN, command: ["/usr/bin/atom", "--data-dir", "/home/ada/.local/share/atom", "mcp", "--client", name] };
  }

  remove(id: string): void {
    if (this.clients.every((client) => client.id !== id)) throw refusal("not-found", "this program is not in the list any more");
    this.clients = this.clients.filter((client) => client.id !== id);
  }
}
