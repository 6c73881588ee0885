// Global memory: every group streams through its own stretch of a buffer that is larger than the caches.
// Neighbouring work-items read neighbouring elements, as GPUs want it; a group of one streams straight on, as processors do.
// The buffer holds small whole numbers, so every sum is exact and can be checked to the last bit.
// Given by the build: LANES (1, 2, 4, 8 or 16).

#if LANES == 1
typedef float real;
#define LANE_SUM(v) (v)
#elif LANES == 2
typedef float2 real;
#define LANE_SUM(v) ((v).s0 + (v).s1)
#elif LANES == 4
typedef float4 real;
#define LANE_SUM(v) dot((v), (float4)(1.0f))
#elif LANES == 8
typedef float8 real;
#define LANE_SUM(v) (dot((v).lo, (float4)(1.0f)) + dot((v).hi, (float4)(1.0f)))
#else
typedef float16 real;
#define LANE_SUM(v) (dot((v).lo.lo, (float4)(1.0f)) + dot((v).lo.hi, (float4)(1.0f)) + dot((v).hi.lo, (float4)(1.0f)) + dot((v).hi.hi, (float4)(1.0f)))
#endif

// Element i becomes the top four bits of i x 2654435761: 0 to 15, in no order a prefetcher or compressor could use.
__kernel void fill(__global float *values, const uint firstElement, const uint perItem)
{
    const uint apart = (uint)get_local_size(0);
    const uint begin = firstElement + (uint)get_group_id(0) * apart * perItem + (uint)get_local_id(0);
    for (uint k = 0; k < perItem; k++) {
        const uint i = begin + k * apart;
        values[i] = (float)((i * 2654435761u) >> 28);
    }
}

__kernel void read_sum(__global const real *values, __global float *sums, const uint perItem)
{
    const size_t apart = get_local_size(0);
    __global const real *at = values + get_group_id(0) * apart * perItem + get_local_id(0);
    real a = (real)(0.0f), b = a, c = a, d = a;
    for (uint k = 0; k < perItem; k += 8) {
        a += at[0];
        b += at[apart];
        c += at[2 * apart];
        d += at[3 * apart];
        a += at[4 * apart];
        b += at[5 * apart];
        c += at[6 * apart];
        d += at[7 * apart];
        at += 8 * apart;
    }
    const real sum = (a + b) + (c + d);
    sums[get_global_id(0)] = LANE_SUM(sum);
}

// The same stretch in four streams at once, for groups of one: a processor core then has more lines under way.
__kernel void read_sum_four(__global const real *values, __global float *sums, const uint perItem)
{
    const uint quarter = perItem / 4;
    __global const real *p = values + get_global_id(0) * (size_t)perItem;
    __global const real *q = p + quarter;
    __global const real *r = q + quarter;
    __global const real *s = r + quarter;
    real a = (real)(0.0f), b = a, c = a, d = a;
    for (uint k = 0; k < quarter; k++) {
        a += p[k];
        b += q[k];
        c += r[k];
        d += s[k];
    }
    const real sum = (a + b) + (c + d);
    sums[get_global_id(0)] = LANE_SUM(sum);
}

__kernel void copy(__global const real *values, __global real *copied, const uint perItem)
{
    const size_t apart = get_local_size(0);
    const size_t begin = get_group_id(0) * apart * perItem + get_local_id(0);
    for (uint k = 0; k < perItem; k += 4) {
        const size_t i = begin + k * apart;
        const real a = values[i], b = values[i + apart], c = values[i + 2 * apart], d = values[i + 3 * apart];
        copied[i] = a;
        copied[i + apart] = b;
        copied[i + 2 * apart] = c;
        copied[i + 3 * apart] = d;
    }
}
