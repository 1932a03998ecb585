import { isDeepStrictEqual } from 'node:util';
import { Container, type ContainerDefinition } from './container.ts';
import type { ItemFile } from './file.ts';

/** Databases and their containers, in memory, and in a file as well where there is one. */
export class Account {
  readonly #databases = new Map<string, Map<string, Container>>();
  readonly #now: () => number;
  readonly #file: ItemFile | undefined;

  constructor(now: () => number, file?: ItemFile) {
    this.#now = now;
    this.#file = file;
    for (const { database, definition, kept } of file?.containers() ?? []) {
      this.createDatabase(database);
      this.#databases.get(database)?.set(definition.id, new Container(definition, now, kept));
    }
  }

  hasDatabase(id: string): boolean {
    return this.#databases.has(id);
  }

  container(database: string, id: string): Container | undefined {
    return this.#databases.get(database)?.get(id);
  }

  /** One that is there is left as it is. A file keeps a database by its containers. */
  createDatabase(id: string): void {
    if (!this.#databases.has(id)) this.#databases.set(id, new Map());
  }

  /** In a database that is there. What a file has of it is in it. */
  createContainer(database: string, definition: ContainerDefinition): void {
    const kept = this.#file?.keep(database, definition);
    this.#databases.get(database)?.set(definition.id, new Container(definition, this.#now, kept));
  }

  ensureContainer(database: string, definition: ContainerDefinition): void {
    this.createDatabase(database);
    const found = this.container(database, definition.id);
    if (!isDeepStrictEqual(found?.definition, definition)) this.createContainer(database, definition);
  }

  deleteContainer(database: string, id: string): void {
    this.#databases.get(database)?.delete(id);
    this.#file?.forget(database, id);
  }

  deleteDatabase(id: string): void {
    for (const container of this.#databases.get(id)?.keys() ?? []) this.deleteContainer(id, container);
    this.#databases.delete(id);
  }

  close(): void {
    this.#file?.close();
  }
}
