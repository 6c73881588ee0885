// One work-item follows a chain of places in memory: each load waits for the one before.
// Place i leads to place (MULTIPLIER * i + INCREMENT) mod places: a single round through all of them (Hull and Dobell),
// in an order that no prefetcher guesses, whose end after any number of steps is known without walking it.
// Given by the build: MULTIPLIER, INCREMENT, APART (elements between two places: a cache line and its neighbour).

__kernel void lay(__global uint *chain, const uint first, const uint mask)
{
    const uint place = first + (uint)get_global_id(0);
    chain[(size_t)place * APART] = (MULTIPLIER * place + INCREMENT) & mask;
}

__kernel void follow(__global const uint *chain, __global uint *end, const uint start, const uint rounds)
{
    uint at = start;
    for (uint round = 0; round < rounds; round++) {
        at = chain[(size_t)at * APART];
        at = chain[(size_t)at * APART];
        at = chain[(size_t)at * APART];
        at = chain[(size_t)at * APART];
        at = chain[(size_t)at * APART];
        at = chain[(size_t)at * APART];
        at = chain[(size_t)at * APART];
        at = chain[(size_t)at * APART];
    }
    end[0] = at;
}
