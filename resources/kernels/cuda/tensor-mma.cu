/*
 * Warp-level matrix multiply-adds (mma.sync, wmma) with all operands in registers: what the tensor cores do when nothing
 * has to be fetched. Compiled once for each kind of number; README.md says how.
 *
 *   -DKIND=1  f16 x f16 + f32, m16n8k16     -DKIND=4  f16 x f16 + f32, m16n8k8   (Turing)
 *   -DKIND=2  bf16 x bf16 + f32, m16n8k16   -DKIND=5  s8 x s8 + s32, m8n8k16     (Turing)
 *   -DKIND=3  s8 x s8 + s32, m16n8k32       -DKIND=6  f16 x f16 + f32, m16n16k16 (Volta, wmma)
 *
 * Every warp computes C += A0*B, C += A1*B, again and again, with C of ROWS x 64: A0, A1 are ROWS x K, row after row; B is
 * handed over column after column, so that neighbours along k lie side by side in both. The host chooses whole numbers for
 * which A0*B + A1*B is small and known: C stays exact, and grows by the same matrix in each turn.
 */
#ifndef KIND
#error "-DKIND=1..6"
#endif

typedef unsigned int u32;

#if KIND == 1 || KIND == 2 || KIND == 3
#define ROWS 16
#define WORDS 8 /* of 32 bit along k */
#elif KIND == 4
#define ROWS 16
#define WORDS 4
#elif KIND == 5
#define ROWS 8
#define WORDS 4
#else
#define ROWS 16
#define WORDS 8
#endif

#if KIND == 3 || KIND == 5
typedef int number;
#define WHOLE(x) (x)
#else
typedef float number;
#define WHOLE(x) __float2int_rn(x)
#endif

#define COLUMNS 64
/* Turns of the loop body: one unit of `rounds` is so many times A0*B and A1*B. */
#define PAIRS 4

#if KIND != 6

#define TILES (COLUMNS / 8)
#define A_REGISTERS (ROWS / 8 * (WORDS / 4))
#define B_REGISTERS (WORDS / 4)
#define C_REGISTERS (ROWS / 4)

static __device__ __forceinline__ void multiply_add(number (&c)[C_REGISTERS], const u32 (&a)[A_REGISTERS], const u32 (&b)[B_REGISTERS]) {
#if KIND == 1
  asm volatile("mma.sync.aligned.m16n8k16.row.col.f32.f16.f16.f32 {%0,%1,%2,%3}, {%4,%5,%6,%7}, {%8,%9}, {%0,%1,%2,%3};"
               : "+f"(c[0]), "+f"(c[1]), "+f"(c[2]), "+f"(c[3]) : "r"(a[0]), "r"(a[1]), "r"(a[2]), "r"(a[3]), "r"(b[0]), "r"(b[1]));
#elif KIND == 2
  asm volatile("mma.sync.aligned.m16n8k16.row.col.f32.bf16.bf16.f32 {%0,%1,%2,%3}, {%4,%5,%6,%7}, {%8,%9}, {%0,%1,%2,%3};"
               : "+f"(c[0]), "+f"(c[1]), "+f"(c[2]), "+f"(c[3]) : "r"(a[0]), "r"(a[1]), "r"(a[2]), "r"(a[3]), "r"(b[0]), "r"(b[1]));
#elif KIND == 3
  asm volatile("mma.sync.aligned.m16n8k32.row.col.s32.s8.s8.s32 {%0,%1,%2,%3}, {%4,%5,%6,%7}, {%8,%9}, {%0,%1,%2,%3};"
               : "+r"(c[0]), "+r"(c[1]), "+r"(c[2]), "+r"(c[3]) : "r"(a[0]), "r"(a[1]), "r"(a[2]), "r"(a[3]), "r"(b[0]), "r"(b[1]));
#elif KIND == 4
  asm volatile("mma.sync.aligned.m16n8k8.row.col.f32.f16.f16.f32 {%0,%1,%2,%3}, {%4,%5}, {%6}, {%0,%1,%2,%3};"
               : "+f"(c[0]), "+f"(c[1]), "+f"(c[2]), "+f"(c[3]) : "r"(a[0]), "r"(a[1]), "r"(b[0]));
#else
  asm volatile("mma.sync.aligned.m8n8k16.row.col.s32.s8.s8.s32 {%0,%1}, {%2}, {%3}, {%0,%1};"
               : "+r"(c[0]), "+r"(c[1]) : "r"(a[0]), "r"(b[0]));
#endif
}

extern "C" __global__ void __launch_bounds__(512)
multiply(const u32 *a0, const u32 *a1, const u32 *b, u32 *sums, number *tile, u32 rounds) {
  const u32 lane = threadIdx.x & 31;
  const u32 row = lane >> 2, word = lane & 3;
  u32 first[A_REGISTERS], second[A_REGISTERS], right[TILES][B_REGISTERS];
#pragma unroll
  for (int i = 0; i < A_REGISTERS; i++) {
    const u32 at = (row + 8 * (i % (ROWS / 8))) * WORDS + word + 4 * (i / (ROWS / 8));
    first[i] = a0[at];
    second[i] = a1[at];
  }
#pragma unroll
  for (int t = 0; t < TILES; t++)
#pragma unroll
    for (int i = 0; i < B_REGISTERS; i++) right[t][i] = b[(t * 8 + row) * WORDS + word + 4 * i];

  number c[TILES][C_REGISTERS];
#pragma unroll
  for (int t = 0; t < TILES; t++)
#pragma unroll
    for (int i = 0; i < C_REGISTERS; i++) c[t][i] = 0;

#pragma unroll 1
  for (u32 round = 0; round < rounds; round++) {
#pragma unroll
    for (int pair = 0; pair < PAIRS; pair++) {
#pragma unroll
      for (int t = 0; t < TILES; t++) multiply_add(c[t], first, right[t]);
#pragma unroll
      for (int t = 0; t < TILES; t++) multiply_add(c[t], second, right[t]);
    }
  }

  u32 sum = 0;
#pragma unroll
  for (int t = 0; t < TILES; t++)
#pragma unroll
    for (int i = 0; i < C_REGISTERS; i++) sum += (u32)WHOLE(c[t][i]) * (u32)(2 * (t * C_REGISTERS + i) + 1);
  sums[blockIdx.x * blockDim.x + threadIdx.x] = sum;

  if (blockIdx.x == 0 && threadIdx.x < 32) {
#pragma unroll
    for (int t = 0; t < TILES; t++)
#pragma unroll
      for (int i = 0; i < C_REGISTERS; i++) tile[(row + 8 * (i / 2)) * COLUMNS + t * 8 + 2 * word + (i & 1)] = c[t][i];
  }
}

#else /* Volta: which thread holds what is the hardware's own affair, so fragments are loaded and stored by it. */

#define TILES (COLUMNS / 16)

static __device__ __forceinline__ void multiply_add(float (&c)[8], const u32 (&a)[8], const u32 (&b)[8]) {
  asm volatile("wmma.mma.sync.aligned.row.col.m16n16k16.f32.f32 {%0,%1,%2,%3,%4,%5,%6,%7}, {%8,%9,%10,%11,%12,%13,%14,%15}, "
               "{%16,%17,%18,%19,%20,%21,%22,%23}, {%0,%1,%2,%3,%4,%5,%6,%7};"
               : "+f"(c[0]), "+f"(c[1]), "+f"(c[2]), "+f"(c[3]), "+f"(c[4]), "+f"(c[5]), "+f"(c[6]), "+f"(c[7])
               : "r"(a[0]), "r"(a[1]), "r"(a[2]), "r"(a[3]), "r"(a[4]), "r"(a[5]), "r"(a[6]), "r"(a[7]), "r"(b[0]), "r"(b[1]), "r"(b[2]),
                 "r"(b[3]), "r"(b[4]), "r"(b[5]), "r"(b[6]), "r"(b[7]));
}

#define LOAD(which, order, to, from)                                                                                            \
  asm volatile("wmma.load." which ".sync.aligned." order ".m16n16k16.global.f16 {%0,%1,%2,%3,%4,%5,%6,%7}, [%8], 16;"           \
               : "=r"(to[0]), "=r"(to[1]), "=r"(to[2]), "=r"(to[3]), "=r"(to[4]), "=r"(to[5]), "=r"(to[6]), "=r"(to[7])          \
               : "l"(__cvta_generic_to_global(from)))

extern "C" __global__ void __launch_bounds__(512)
multiply(const u32 *a0, const u32 *a1, const u32 *b, u32 *sums, float *tile, u32 rounds) {
  u32 first[8], second[8], right[TILES][8];
  LOAD("a", "row", first, a0);
  LOAD("a", "row", second, a1);
#pragma unroll
  for (int t = 0; t < TILES; t++) LOAD("b", "col", right[t], b + t * 16 * WORDS);

  float c[TILES][8];
#pragma unroll
  for (int t = 0; t < TILES; t++)
#pragma unroll
    for (int i = 0; i < 8; i++) c[t][i] = 0;

#pragma unroll 1
  for (u32 round = 0; round < rounds; round++) {
#pragma unroll
    for (int pair = 0; pair < PAIRS; pair++) {
#pragma unroll
      for (int t = 0; t < TILES; t++) multiply_add(c[t], first, right[t]);
#pragma unroll
      for (int t = 0; t < TILES; t++) multiply_add(c[t], second, right[t]);
    }
  }

  /* A plain sum of all its values: the same whatever thread holds which, once the warp's 32 threads are added up. */
  u32 sum = 0;
#pragma unroll
  for (int t = 0; t < TILES; t++)
#pragma unroll
    for (int i = 0; i < 8; i++) sum += (u32)WHOLE(c[t][i]) * (u32)(2 * t + 1);
#pragma unroll
  for (int step = 16; step > 0; step /= 2) sum += __shfl_xor_sync(0xffffffff, sum, step);
  sums[blockIdx.x * blockDim.x + threadIdx.x] = sum;

  if (blockIdx.x == 0 && threadIdx.x < 32) {
#pragma unroll
    for (int t = 0; t < TILES; t++)
      asm volatile("wmma.store.d.sync.aligned.row.m16n16k16.global.f32 [%0], {%1,%2,%3,%4,%5,%6,%7,%8}, 64;" ::"l"(__cvta_generic_to_global(tile + t * 16)),
                   "f"(c[t][0]), "f"(c[t][1]), "f"(c[t][2]), "f"(c[t][3]), "f"(c[t][4]), "f"(c[t][5]), "f"(c[t][6]), "f"(c[t][7])
                   : "memory");
  }
}
#endif
