// Caches: every group reads one small buffer over and over, each beginning at another place of it.
// Given by the build: LANES (4 or 16) and VECTORS (how many vectors the buffer holds, a power of two).

#if LANES == 4
typedef uint4 vector;
#define LANE_SUM(v) ((v).s0 + (v).s1 + (v).s2 + (v).s3)
#else
typedef uint16 vector;
#define LANE_SUM(v) ((v).s0 + (v).s1 + (v).s2 + (v).s3 + (v).s4 + (v).s5 + (v).s6 + (v).s7 + (v).s8 + (v).s9 + (v).sa + (v).sb + (v).sc + (v).sd + (v).se + (v).sf)
#endif

__kernel void fill(__global uint *values)
{
    const uint i = (uint)get_global_id(0);
    values[i] = i * 2654435761u;
}

// One round reads the whole buffer once per group. `shift` is different in every round, so that no compiler folds two of them.
__kernel void read_again(__global const vector *restrict values, __global uint *restrict sums, const uint rounds)
{
    const uint apart = (uint)get_local_size(0);
    const uint begin = ((uint)get_group_id(0) * 2654435761u) & (VECTORS - 1) & ~(8u * apart - 1u);
    vector a = (vector)(0u), b = a, c = a, d = a;
    for (uint round = 0; round < rounds; round++) {
        const vector shift = (vector)(round);
        for (uint k = 0; k < VECTORS; k += 8 * apart) {
            __global const vector *at = values + ((begin + k) & (VECTORS - 1)) + get_local_id(0);
            a += at[0] ^ shift;
            b += at[apart] ^ shift;
            c += at[2 * apart] ^ shift;
            d += at[3 * apart] ^ shift;
            a += at[4 * apart] ^ shift;
            b += at[5 * apart] ^ shift;
            c += at[6 * apart] ^ shift;
            d += at[7 * apart] ^ shift;
        }
    }
    const vector sum = (a + b) + (c + d);
    sums[get_global_id(0)] = LANE_SUM(sum);
}
