/** Bodies by `host/path` or `host/path?query`; an address that ends in `/` stands for all that begin with it. `now`: what prices are dated. */
export declare function recordedBodies(now: number): Record<string, string>;
/** What a request for `/host/path?query` is answered with; null: nothing is recorded. */
export declare function bodyFor(bodies: Record<string, string>, url: string): string | null;
