/** Runs jobs one after the other; of those that come while one runs only the newest is run, the others are dropped. */
export class LatestJob {
  #running = false;
  #next: (() => Promise<void>) | null = null;

  /** @param job must not fail. */
  ask(job: () => Promise<void>): void {
    this.#next = job;
    if (!this.#running) void this.#run();
  }

  async #run(): Promise<void> {
    this.#running = true;
    for (let job = this.#take(); job !== null; job = this.#take()) await job();
    this.#running = false;
  }

  #take(): (() => Promise<void>) | null {
    const job = this.#next;
    this.#next = null;
    return job;
  }
}
