/*
 * Warpgroup-level matrix multiply-adds (wgmma) of Hopper's tensor cores: four warps at once, operands in shared memory, sums in
 * registers. Only compute capability 9.0 has these instructions. Compiled once for each kind of number; README.md says how.
 *
 *   -DKIND=1  f16 x f16 + f32, m64n256k16     -DKIND=3  s8 x s8 + s32, m64n256k32
 *   -DKIND=2  bf16 x bf16 + f32, m64n256k16
 *
 * Every block of 128 threads computes C += A0*B, C += A1*B, again and again, with C of 64 x 256: A0, A1 are 64 x K, row after
 * row; B is handed over column after column, so that neighbours along k lie side by side in both; K is 64 bytes, two instructions
 * long. The host chooses whole numbers for which A0*B + A1*B is small and known: C stays exact, and grows by the same matrix.
 */
#ifndef KIND
#error "-DKIND=1..3"
#endif

typedef unsigned int u32;
typedef unsigned long long u64;

#define ROWS 64
#define COLUMNS 256
#define WORDS 16 /* of 32 bit along k */
/* Turns of the loop body: one unit of `rounds` is so many times A0*B and A1*B. */
#define PAIRS 2

#if KIND == 3
typedef int number;
#define WHOLE(x) (x)
#define INOUT(x) "+r"(x)
#define INSTRUCTION "wgmma.mma_async.sync.aligned.m64n256k32.s32.s8.s8 "
#define MODES "more;"
#else
typedef float number;
#define WHOLE(x) __float2int_rn(x)
#define INOUT(x) "+f"(x)
#if KIND == 1
#define INSTRUCTION "wgmma.mma_async.sync.aligned.m64n256k16.f32.f16.f16 "
#else
#define INSTRUCTION "wgmma.mma_async.sync.aligned.m64n256k16.f32.bf16.bf16 "
#endif
/* Neither negated; both with k running fastest. */
#define MODES "more, 1, 1, 0, 0;"
#endif

#define ALL_128 \
  "%0, %1, %2, %3, %4, %5, %6, %7, %8, %9, %10, %11, %12, %13, %14, %15, " \
  "%16, %17, %18, %19, %20, %21, %22, %23, %24, %25, %26, %27, %28, %29, %30, %31, " \
  "%32, %33, %34, %35, %36, %37, %38, %39, %40, %41, %42, %43, %44, %45, %46, %47, " \
  "%48, %49, %50, %51, %52, %53, %54, %55, %56, %57, %58, %59, %60, %61, %62, %63, " \
  "%64, %65, %66, %67, %68, %69, %70, %71, %72, %73, %74, %75, %76, %77, %78, %79, " \
  "%80, %81, %82, %83, %84, %85, %86, %87, %88, %89, %90, %91, %92, %93, %94, %95, " \
  "%96, %97, %98, %99, %100, %101, %102, %103, %104, %105, %106, %107, %108, %109, %110, %111, " \
  "%112, %113, %114, %115, %116, %117, %118, %119, %120, %121, %122, %123, %124, %125, %126, %127"
#define IO4(i) INOUT(c[i]), INOUT(c[i + 1]), INOUT(c[i + 2]), INOUT(c[i + 3])
#define IO16(i) IO4(i), IO4(i + 4), IO4(i + 8), IO4(i + 12)
#define IO128 IO16(0), IO16(16), IO16(32), IO16(48), IO16(64), IO16(80), IO16(96), IO16(112)

static __device__ __forceinline__ void multiply_add(number (&c)[128], u64 a, u64 b) {
  asm volatile("{ .reg .pred more; setp.eq.b32 more, 0, 0; " INSTRUCTION "{" ALL_128 "}, %128, %129, " MODES " }" : IO128 : "l"(a), "l"(b));
}

/*
 * In shared memory a matrix lies in pieces of 8 rows x 16 bytes, each 128 bytes in a row and so free of bank conflicts: first the
 * pieces below one another, then the next 16 bytes along k. Without swizzling the descriptor's leading offset is the way from a
 * piece to the next along k, its stride offset the way to the next 8 rows (PTX ISA, "Matrix descriptor"; all in units of 16 bytes).
 */
#define PIECE 128
#define ALONG_K(rows) ((rows) / 8 * PIECE)

static __device__ __forceinline__ u64 described(const u32 *matrix, int rows, int step) {
  const u64 address = (u32)__cvta_generic_to_shared(matrix) + step * 2 * ALONG_K(rows);
  return (address >> 4 & 0x3fff) | (u64)(ALONG_K(rows) >> 4) << 16 | (u64)(PIECE >> 4) << 32;
}

static __device__ __forceinline__ void spread(u32 *matrix, const u32 *from, int rows) {
  for (int i = threadIdx.x; i < rows * WORDS; i += blockDim.x) {
    const int row = i / WORDS, word = i % WORDS;
    matrix[(word / 4 * ALONG_K(rows) + row / 8 * PIECE + row % 8 * 16) / 4 + word % 4] = from[i];
  }
}

extern "C" __global__ void __launch_bounds__(128, 2)
multiply(const u32 *a0, const u32 *a1, const u32 *b, u32 *sums, number *tile, u32 rounds) {
  __shared__ __align__(128) u32 first[ROWS * WORDS];
  __shared__ __align__(128) u32 second[ROWS * WORDS];
  __shared__ __align__(128) u32 right[COLUMNS * WORDS];
  spread(first, a0, ROWS);
  spread(second, a1, ROWS);
  spread(right, b, COLUMNS);
  /* What ordinary stores wrote is to be seen by the tensor cores, which read past them. */
  asm volatile("fence.proxy.async.shared::cta;" ::: "memory");
  __syncthreads();

  const u64 first0 = described(first, ROWS, 0), first1 = described(first, ROWS, 1);
  const u64 second0 = described(second, ROWS, 0), second1 = described(second, ROWS, 1);
  const u64 right0 = described(right, COLUMNS, 0), right1 = described(right, COLUMNS, 1);

  number c[128];
#pragma unroll
  for (int i = 0; i < 128; i++) c[i] = 0;

#pragma unroll 1
  for (u32 round = 0; round < rounds; round++) {
    asm volatile("wgmma.fence.sync.aligned;" ::: "memory");
#pragma unroll
    for (int pair = 0; pair < PAIRS; pair++) {
      multiply_add(c, first0, right0);
      multiply_add(c, first1, right1);
      multiply_add(c, second0, right0);
      multiply_add(c, second1, right1);
    }
    asm volatile("wgmma.commit_group.sync.aligned;" ::: "memory");
    /* The round before this one is done: never more than two under way. */
    asm volatile("wgmma.wait_group.sync.aligned 1;" ::: "memory");
  }
  asm volatile("wgmma.wait_group.sync.aligned 0;" ::: "memory");
  /* The sums are there from here on alone: without this the compiler may move what reads them above the waiting. */
#pragma unroll
  for (int i = 0; i < 128; i++) asm volatile("" : INOUT(c[i]) :: "memory");

  u32 sum = 0;
#pragma unroll
  for (int i = 0; i < 128; i++) sum += (u32)WHOLE(c[i]) * (u32)(2 * i + 1);
  sums[blockIdx.x * blockDim.x + threadIdx.x] = sum;

  if (blockIdx.x == 0) {
    const u32 lane = threadIdx.x & 31;
    number *mine = tile + (threadIdx.x / 32 * 16 + (lane >> 2)) * COLUMNS + 2 * (lane & 3);
#pragma unroll
    for (int i = 0; i < 128; i++) mine[(i >> 1 & 1) * 8 * COLUMNS + i / 4 * 8 + (i & 1)] = c[i];
  }
}
