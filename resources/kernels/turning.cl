// Arithmetic with operands in registers: independent chains of multiply-adds, nothing read from memory.
// Each chain turns a point on an ellipse (x += a*y, then y += b*x). That never settles, overflows or turns denormal, and where
// the point lies after any number of steps is known in closed form, so every result can be checked.
// Given by the build: one KIND_..., LANES (1, 2, 4, 8 or 16), CHAINS (4, 8 or 16), and MULTIPLY_ADD for KIND_FP32 (fma, or mad
// where fma is emulated).

#define JOINED(a, b) a##b
#define JOIN(a, b) JOINED(a, b)
#if LANES == 1
#define VECTOR(type) type
#else
#define VECTOR(type) JOIN(type, LANES)
#endif

// NUMBER: what is calculated with; ARGUMENT: how a and b are handed over; WIDE: what holds a sum of many exactly enough.
#if defined(KIND_FP32)
#define NUMBER float
#define ARGUMENT float
#define WIDE float
#elif defined(KIND_FP64)
#pragma OPENCL EXTENSION cl_khr_fp64 : enable
#define NUMBER double
#define ARGUMENT double
#define WIDE double
#define MULTIPLY_ADD fma
#elif defined(KIND_FP16)
#pragma OPENCL EXTENSION cl_khr_fp16 : enable
#define NUMBER half
#define ARGUMENT int
#define WIDE float
#define MULTIPLY_ADD fma
#elif defined(KIND_INT32)
#define NUMBER uint
#define ARGUMENT uint
#define WIDE uint
#define MULTIPLY_ADD(a, b, c) ((a) * (b) + (c))
#elif defined(KIND_INT24)
#define NUMBER int
#define ARGUMENT int
#define WIDE int
#define MULTIPLY_ADD mad24
#else
#define NUMBER int
#define ARGUMENT int
#define WIDE int
#endif

#if defined(KIND_FP16_PTX)
// Two half-precision numbers in one register, as NVIDIA's cards calculate with them. Their OpenCL does not claim cl_khr_fp16.
typedef uint real;
uint packed(float low, float high)
{
    ushort first, second;
    asm("cvt.rn.f16.f32 %0, %1;" : "=h"(first) : "f"(low));
    asm("cvt.rn.f16.f32 %0, %1;" : "=h"(second) : "f"(high));
    return (uint)first | ((uint)second << 16);
}
uint multiply_add(uint a, uint b, uint c)
{
    uint d;
    asm("fma.rn.f16x2 %0, %1, %2, %3;" : "=r"(d) : "r"(a), "r"(b), "r"(c));
    return d;
}
float total(uint v)
{
    float low, high;
    asm("cvt.f32.f16 %0, %1;" : "=f"(low) : "h"((ushort)(v & 0xffff)));
    asm("cvt.f32.f16 %0, %1;" : "=f"(high) : "h"((ushort)(v >> 16)));
    return low + high;
}
#undef WIDE
#define WIDE float
#define MULTIPLY_ADD multiply_add
#define FACTOR(k) packed((float)(k), (float)(k))
#define FIRST_X(value) packed((float)(value), (float)((value) + 1))
#define FIRST_Y packed(3.0f, 3.0f)
#else
typedef VECTOR(NUMBER) real;
__constant int offsets[16] = { 0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15 };
#if LANES == 1
#define OFFSETS 0
WIDE total(real v) { return (WIDE)v; }
#else
#define OFFSETS JOIN(vload, LANES)(0, offsets)
WIDE total(real v)
{
    WIDE lanes[LANES];
    JOIN(vstore, LANES)(JOIN(convert_, VECTOR(WIDE))(v), 0, lanes);
    WIDE sum = 0;
    for (int lane = 0; lane < LANES; lane++) sum += lanes[lane];
    return sum;
}
#endif
#define FIRST_X(value) (JOIN(convert_, VECTOR(NUMBER))(OFFSETS + (value)))
#define FIRST_Y ((real)(3))
#endif

#if defined(KIND_DOT) || defined(KIND_DOT_PTX) || defined(KIND_DOT_AMD) || defined(KIND_DOT_AMD_MIXED)
// y fits one byte; the three bytes above repeat its sign t. Times (k, 3, -2, -1) that is k*y + t*(3 - 2 - 1) = k*y, with every byte in use.
#define FACTOR(k) ((int)(((uint)(k) & 0xffu) | 0xfffe0300u))
#if defined(KIND_DOT)
#define MULTIPLY_ADD(a, b, c) (dot(as_char4(a), as_char4(b)) + (c))
#elif defined(KIND_DOT_PTX)
int multiply_add(int a, int b, int c)
{
    int d;
    asm("dp4a.s32.s32 %0, %1, %2, %3;" : "=r"(d) : "r"(a), "r"(b), "r"(c));
    return d;
}
#define MULTIPLY_ADD multiply_add
#elif defined(KIND_DOT_AMD)
#define MULTIPLY_ADD(a, b, c) __builtin_amdgcn_sdot4(a, b, c, false)
#else
#define MULTIPLY_ADD(a, b, c) __builtin_amdgcn_sudot4(true, a, true, b, c, false)
#endif
#endif

#ifndef FACTOR
#define FACTOR(k) ((real)((NUMBER)(k)))
#endif

#define FOUR(each, n0, n1, n2, n3) each(n0, even) each(n1, odd) each(n2, even) each(n3, odd)
#if CHAINS == 4
#define ALL(each) FOUR(each, 0, 1, 2, 3)
#elif CHAINS == 8
#define ALL(each) FOUR(each, 0, 1, 2, 3) FOUR(each, 4, 5, 6, 7)
#else
#define ALL(each) FOUR(each, 0, 1, 2, 3) FOUR(each, 4, 5, 6, 7) FOUR(each, 8, 9, 10, 11) FOUR(each, 12, 13, 14, 15)
#endif

#define START(n, kind) real x##n = FIRST_X(first + n); real y##n = FIRST_Y;
#define HALF_X(n, kind) x##n = MULTIPLY_ADD(y##n, a_##kind, x##n);
#define HALF_Y(n, kind) y##n = MULTIPLY_ADD(x##n, b_##kind, y##n);
#define ADD_UP(n, kind) sum += total(x##n) + total(y##n);
#define STEP ALL(HALF_X) ALL(HALF_Y)
// Thirteen: whole numbers return to their start after twelve steps, so that every round moves them by one.
#define THIRTEEN_STEPS STEP STEP STEP STEP STEP STEP STEP STEP STEP STEP STEP STEP STEP

// 13 steps x CHAINS x 2 multiply-adds x LANES per round.
__kernel void turn(__global WIDE *sums, const ARGUMENT aEven, const ARGUMENT bEven, const ARGUMENT aOdd, const ARGUMENT bOdd, const uint rounds)
{
    const real a_even = FACTOR(aEven), b_even = FACTOR(bEven), a_odd = FACTOR(aOdd), b_odd = FACTOR(bOdd);
    const int first = 1 + ((int)get_global_id(0) & 15);
    ALL(START)

    for (uint round = 0; round < rounds; round++) {
        THIRTEEN_STEPS
    }

    WIDE sum = 0;
    ALL(ADD_UP)
    sums[get_global_id(0)] = sum;
}
