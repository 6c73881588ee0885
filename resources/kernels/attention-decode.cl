// One token's attention over what came before: scores against every key, a softmax in two passes, the weighted sum of the values.
// Keys and values lie in memory as a language model's cache does; every byte of them is read once.
// A work-group takes CHUNK keys of one head; `gather` joins the chunks of a head.
// Given by the build: DIMENSIONS (of a head), CONTEXT (keys), CHUNK, HALF (16-bit storage), BY_BITS (widen halves by hand),
// ALONE (groups of one, for processors).

#define VECTORS (DIMENSIONS / 8)
#define CHUNKS (CONTEXT / CHUNK)
#define PARTIAL (DIMENSIONS + 2)
#define SCALE 0.75f

// -1 to 0.875 in steps of 1/8: exact in every format.
float value_of(uint x)
{
    x *= 2654435761u;
    x ^= x >> 15;
    x *= 2246822519u;
    return ((int)(x >> 28) - 8) * 0.125f;
}
#define KEY_VALUE(head, key, dimension) value_of((((head) * CONTEXT + (key)) * DIMENSIONS + (dimension)) * 2u)
#define VALUE_VALUE(head, key, dimension) value_of((((head) * CONTEXT + (key)) * DIMENSIONS + (dimension)) * 2u + 1u)
#define QUERY_VALUE(head, dimension, turn) value_of(((head) * DIMENSIONS + (dimension)) ^ ((turn) * 668265263u))

#ifdef HALF
typedef ushort stored;
#define STORE_ONE(value, at, to) vstore_half(value, at, (__global half *)(to))
#else
typedef float stored;
#define STORE_ONE(value, at, to) (to)[at] = (value)
#endif

float8 load8(__global const stored *from, const size_t vector)
{
#ifndef HALF
    return vload8(vector, from);
#elif defined(BY_BITS)
    // Sign and the rest to their places in 32 bits; 2^112 makes up for the other exponent. Exact for all but infinities.
    const uint4 pairs = ((__global const uint4 *)from)[vector];
    const uint8 wide = (uint8)(pairs.s0 << 16, pairs.s0, pairs.s1 << 16, pairs.s1, pairs.s2 << 16, pairs.s2, pairs.s3 << 16, pairs.s3);
    return as_float8((wide & 0x80000000u) | ((wide & 0x7fff0000u) >> 3)) * 0x1p+112f;
#else
    return vloada_half8(vector, (__global const half *)from);
#endif
}

float sum8(const float8 v)
{
    const float4 sum = v.lo + v.hi;
    return (sum.s0 + sum.s1) + (sum.s2 + sum.s3);
}

// Groups of many read a key per work-item: eight dimensions of neighbouring keys lie side by side, as inference engines store them.
size_t key_at(const uint head, const uint key, const uint vector)
{
#ifdef ALONE
    return ((size_t)head * CONTEXT + key) * VECTORS + vector;
#else
    return ((size_t)head * CHUNKS + key / CHUNK) * CHUNK * VECTORS + (size_t)vector * CHUNK + key % CHUNK;
#endif
}

// One work-item fills eight dimensions of one key and value.
__kernel void lay(__global stored *keys, __global stored *values, const uint first)
{
    const uint item = first + (uint)get_global_id(0);
    const uint vector = item % VECTORS, key = item / VECTORS % CONTEXT, head = item / VECTORS / CONTEXT;
    for (uint k = 0; k < 8; k++) {
        STORE_ONE(KEY_VALUE(head, key, vector * 8 + k), key_at(head, key, vector) * 8 + k, keys);
        STORE_ONE(VALUE_VALUE(head, key, vector * 8 + k), (((size_t)head * CONTEXT + key) * VECTORS + vector) * 8 + k, values);
    }
}

#ifdef ALONE

__kernel void attend(__global const stored *restrict keys, __global const stored *restrict values, __global float *restrict partials, const uint turn)
{
    const uint head = (uint)get_group_id(0) / CHUNKS, first = (uint)get_group_id(0) % CHUNKS * CHUNK;
    float8 query[VECTORS];
    for (uint v = 0; v < VECTORS; v++) {
        float eight[8];
        for (uint k = 0; k < 8; k++) eight[k] = QUERY_VALUE(head, v * 8 + k, turn) * SCALE;
        query[v] = vload8(0, eight);
    }
    float weights[CHUNK];
    float most = -INFINITY;
    for (uint key = 0; key < CHUNK; key++) {
        float8 products = (float8)(0.0f);
        for (uint v = 0; v < VECTORS; v++) products += query[v] * load8(keys, key_at(head, first + key, v));
        weights[key] = sum8(products);
        most = fmax(most, weights[key]);
    }
    float total = 0.0f;
    float8 sums[VECTORS];
    for (uint v = 0; v < VECTORS; v++) sums[v] = (float8)(0.0f);
    for (uint key = 0; key < CHUNK; key++) {
        const float weight = exp(weights[key] - most);
        total += weight;
        for (uint v = 0; v < VECTORS; v++) sums[v] += weight * load8(values, ((size_t)head * CONTEXT + first + key) * VECTORS + v);
    }
    __global float *partial = partials + (size_t)get_group_id(0) * PARTIAL;
    partial[0] = most;
    partial[1] = total;
    for (uint v = 0; v < VECTORS; v++) vstore8(sums[v], 0, partial + 2 + v * 8);
}

#else

// A group has as many work-items as a head has dimensions.
__kernel void attend(__global const stored *restrict keys, __global const stored *restrict values, __global float *restrict partials, const uint turn)
{
    __local float query[DIMENSIONS];
    __local float weights[CHUNK];
    __local float shared_sums[DIMENSIONS * 8];
    __local float most_of[DIMENSIONS];
    const uint item = (uint)get_local_id(0);
    const uint head = (uint)get_group_id(0) / CHUNKS, first = (uint)get_group_id(0) % CHUNKS * CHUNK;

    query[item] = QUERY_VALUE(head, item, turn) * SCALE;
    barrier(CLK_LOCAL_MEM_FENCE);

    float most = -INFINITY;
    for (uint key = item; key < CHUNK; key += DIMENSIONS) {
        float score = 0.0f;
#pragma unroll
        for (uint v = 0; v < VECTORS; v++) score += sum8(vload8(v, query) * load8(keys, key_at(head, first + key, v)));
        weights[key] = score;
        most = fmax(most, score);
    }
    most_of[item] = most;
    barrier(CLK_LOCAL_MEM_FENCE);
    for (uint half_size = DIMENSIONS / 2; half_size > 0; half_size /= 2) {
        if (item < half_size) most_of[item] = fmax(most_of[item], most_of[item + half_size]);
        barrier(CLK_LOCAL_MEM_FENCE);
    }
    most = most_of[0];
    for (uint key = item; key < CHUNK; key += DIMENSIONS) weights[key] = exp(weights[key] - most);
    barrier(CLK_LOCAL_MEM_FENCE);

    // Eight work-items in a row of VECTORS take the values of eight keys at a time.
    const uint vector = item % VECTORS, row = item / VECTORS;
    float8 sums = (float8)(0.0f);
    float total = 0.0f;
    __global const stored *from = values + ((size_t)head * CONTEXT + first) * DIMENSIONS;
#pragma unroll 4
    for (uint key = row; key < CHUNK; key += 8) {
        const float weight = weights[key];
        total += weight;
        sums += weight * load8(from, (size_t)key * VECTORS + vector);
    }
    vstore8(sums, row * VECTORS + vector, shared_sums);
    barrier(CLK_LOCAL_MEM_FENCE);
    // All work-items of a row have the same total; the first of each row tells it.
    if (vector == 0) most_of[row] = total;
    barrier(CLK_LOCAL_MEM_FENCE);

    float sum = 0.0f;
    for (uint k = 0; k < 8; k++) sum += shared_sums[k * DIMENSIONS + item];
    __global float *partial = partials + (size_t)get_group_id(0) * PARTIAL;
    partial[2 + item] = sum;
    if (item == 0) {
        total = 0.0f;
        for (uint k = 0; k < 8; k++) total += most_of[k];
        partial[0] = most;
        partial[1] = total;
    }
}

#endif

// One work-item per head and dimension.
__kernel void gather(__global const float *restrict partials, __global float *restrict answers)
{
    const uint head = (uint)get_global_id(0) / DIMENSIONS, dimension = (uint)get_global_id(0) % DIMENSIONS;
    __global const float *partial = partials + (size_t)head * CHUNKS * PARTIAL;
    float most = -INFINITY;
    for (uint chunk = 0; chunk < CHUNKS; chunk++) most = fmax(most, partial[chunk * PARTIAL]);
    float total = 0.0f, sum = 0.0f;
    for (uint chunk = 0; chunk < CHUNKS; chunk++) {
        const float weight = exp(partial[chunk * PARTIAL] - most);
        total += weight * partial[chunk * PARTIAL + 1];
        sum += weight * partial[chunk * PARTIAL + 2 + dimension];
    }
    answers[get_global_id(0)] = sum / total;
}
