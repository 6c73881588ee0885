// Single-precision arithmetic: eight independent chains of multiply-adds per work-item, nothing read from memory.
// Each chain turns a point on an ellipse (x += s*y, then y -= s*x). That never settles, overflows or turns denormal,
// and its sum after any number of steps is known in closed form, so the result can be checked.
// Given by the build: LANES (1, 2, 4, 8 or 16) and MULTIPLY_ADD (fma, or mad where fma is emulated).

#if LANES == 1
typedef float real;
#define LANE_OFFSETS 0.0f
#define LANE_SUM(v) (v)
#elif LANES == 2
typedef float2 real;
#define LANE_OFFSETS (float2)(0, 1)
#define LANE_SUM(v) ((v).s0 + (v).s1)
#elif LANES == 4
typedef float4 real;
#define LANE_OFFSETS (float4)(0, 1, 2, 3)
#define LANE_SUM(v) dot((v), (float4)(1.0f))
#elif LANES == 8
typedef float8 real;
#define LANE_OFFSETS (float8)(0, 1, 2, 3, 4, 5, 6, 7)
#define LANE_SUM(v) (dot((v).lo, (float4)(1.0f)) + dot((v).hi, (float4)(1.0f)))
#else
typedef float16 real;
#define LANE_OFFSETS (float16)(0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15)
#define LANE_SUM(v) (dot((v).lo.lo, (float4)(1.0f)) + dot((v).lo.hi, (float4)(1.0f)) + dot((v).hi.lo, (float4)(1.0f)) + dot((v).hi.hi, (float4)(1.0f)))
#endif

#define HALF_X(n) x##n = MULTIPLY_ADD(y##n, forward, x##n);
#define HALF_Y(n) y##n = MULTIPLY_ADD(x##n, backward, y##n);
#define ALL(half) half(0) half(1) half(2) half(3) half(4) half(5) half(6) half(7)
#define STEP ALL(HALF_X) ALL(HALF_Y)
#define EIGHT_STEPS STEP STEP STEP STEP STEP STEP STEP STEP
#define START(n) real x##n = first + n * 0.0625f; real y##n = (real)(0.25f);

// 8 steps x 8 chains x 2 multiply-adds x LANES per round: 256 x LANES floating-point operations.
__kernel void turn(__global float *sums, const float step, const uint rounds)
{
    const real forward = (real)(step);
    const real backward = (real)(-step);
    const real first = (real)(1.0f + (float)(get_global_id(0) & 63) * 0.00390625f) + LANE_OFFSETS * 0.0009765625f;
    START(0) START(1) START(2) START(3) START(4) START(5) START(6) START(7)

    for (uint round = 0; round < rounds; round++) {
        EIGHT_STEPS
    }

    const real x = ((x0 + x1) + (x2 + x3)) + ((x4 + x5) + (x6 + x7));
    const real y = ((y0 + y1) + (y2 + y3)) + ((y4 + y5) + (y6 + y7));
    sums[get_global_id(0)] = LANE_SUM(x) + LANE_SUM(y);
}
