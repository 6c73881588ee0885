/* A library with the entry points of NVIDIA's CUDA driver, scripted from outside: stands in for libcuda in tests. Nothing runs on
 * a card: a launch works out in C what the kernels of resources/kernels/cuda would have written, from the operands it is handed,
 * by the instruction that it finds in the PTX. Numbers are those of NVIDIA's cuda.h.
 *
 *   STUB_CUDA_CARDS=2            how many cards, at 0000:01:00.0, 0000:02:00.0, … (default 1)
 *   STUB_CUDA_NAME=text          their name
 *   STUB_CUDA_CC=9.0             their compute capability
 *   STUB_CUDA_INIT=100           what cuInit returns
 *   STUB_CUDA_JIT=222            what loading PTX returns; STUB_CUDA_JIT_WGMMA=222: loading PTX with wgmma in it
 *   STUB_CUDA_ALLOC=2            what allocating returns
 *   STUB_CUDA_WRONG=tile|sum|wgmma|wgmma-long|late   a wrong value in the matrix, in a thread's sum, with wgmma alone, with wgmma
 *                                after more than one round, or from launch STUB_CUDA_WRONG_FROM (default 10) on
 *   STUB_CUDA_FAIL=719           what waiting returns from launch STUB_CUDA_FAIL_FROM (default 1) on
 *   STUB_CUDA_WGMMA_FAULT=719    what everything returns from the first launch of wgmma on, until the card is opened anew;
 *   STUB_CUDA_WGMMA_FROM=1       from so manieth launch of it on; STUB_CUDA_FAULT_STAYS=1: opening anew does not help
 *   STUB_CUDA_WGMMA_HANG=1       wgmma never ends
 *   STUB_CUDA_HANG=1             work never ends
 *   STUB_CUDA_DROP_FROM=20       from this launch on nothing is written
 *   STUB_CUDA_NS=400             nanoseconds a round takes; 0: everything is done at once
 *   STUB_CUDA_EVENT=801          what noting a time on the card's clock returns
 *   STUB_CUDA_LOG=path           a line for every card that is opened ("card 1"), and for every launch: instruction, blocks, threads, rounds
 *
 * Launches are counted from cuInit on. Built with -DNO_LAUNCH it has no cuLaunchKernel.
 */
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

typedef int CUresult;
typedef struct kind { const char *name; int rows, columns, words, pairs, team, bytes, brain; } Kind;
typedef struct { const Kind *kind; } Module;

/* rows, columns, words along k, pairs a round, threads that share C, bytes a number, brain floats */
static const Kind kinds[] = {
  {"wgmma.mma_async.sync.aligned.m64n256k16.f32.f16", 64, 256, 16, 2, 128, 2, 0},
  {"wgmma.mma_async.sync.aligned.m64n256k16.f32.bf16", 64, 256, 16, 2, 128, 2, 1},
  {"wgmma.mma_async.sync.aligned.m64n256k32.s32.s8", 64, 256, 16, 2, 128, 1, 0},
  {"mma.sync.aligned.m16n8k16.row.col.f32.f16", 16, 64, 8, 4, 32, 2, 0},
  {"mma.sync.aligned.m16n8k16.row.col.f32.bf16", 16, 64, 8, 4, 32, 2, 1},
  {"mma.sync.aligned.m16n8k32.row.col.s32.s8", 16, 64, 8, 4, 32, 1, 0},
  {"mma.sync.aligned.m16n8k8.row.col.f32.f16", 16, 64, 4, 4, 32, 2, 0},
  {"mma.sync.aligned.m8n8k16.row.col.s32.s8", 8, 64, 4, 4, 32, 1, 0},
  {"wmma.mma.sync.aligned.row.col.m16n16k16.f32.f32", 16, 64, 8, 4, 32, 2, 0},
};

static int launches;
static double readyAt, startedAt;
static int contextIsCurrent;
static int fault, wgmmaLaunches, hangs;

static int setting(const char *name, int otherwise) { const char *v = getenv(name); return v ? atoi(v) : otherwise; }
static int named(const char *name, const char *value) { const char *v = getenv(name); return v && strcmp(v, value) == 0; }
static double now(void) { struct timespec t; clock_gettime(CLOCK_MONOTONIC, &t); return t.tv_sec * 1e9 + t.tv_nsec; }

CUresult cuInit(unsigned flags) { launches = wgmmaLaunches = fault = hangs = 0; return flags ? 1 : setting("STUB_CUDA_INIT", 0); }
CUresult cuDriverGetVersion(int *version) { *version = 13000; return 0; }
CUresult cuDeviceGetCount(int *count) { *count = setting("STUB_CUDA_CARDS", 1); return 0; }
CUresult cuDeviceGet(int *device, int ordinal) { *device = ordinal; return 0; }
CUresult cuDeviceGetName(char *name, int bytes, int device) {
  const char *told = getenv("STUB_CUDA_NAME");
  (void)device;
  snprintf(name, bytes, "%s", told ? told : "NVIDIA H200");
  return 0;
}
CUresult cuDeviceGetAttribute(int *value, int attribute, int device) {
  const char *cc = getenv("STUB_CUDA_CC");
  int major = 9, minor = 0;
  if (cc) sscanf(cc, "%d.%d", &major, &minor);
  switch (attribute) {
    case 16: *value = 2; return 0;
    case 33: *value = device + 1; return 0;
    case 34: case 50: *value = 0; return 0;
    case 75: *value = major; return 0;
    case 76: *value = minor; return 0;
    case 97: *value = 232448; return 0;
    default: return 1;
  }
}
CUresult cuDeviceTotalMem_v2(size_t *bytes, int device) { (void)device; *bytes = 150754820096ull; return 0; }
static void note(const char *format, const char *text, unsigned one, unsigned two, unsigned three) {
  const char *path = getenv("STUB_CUDA_LOG");
  FILE *file = path ? fopen(path, "a") : NULL;
  if (!file) return;
  fprintf(file, format, text, one, two, three);
  fclose(file);
}

CUresult cuDevicePrimaryCtxRetain(void **context, int device) { if (fault && setting("STUB_CUDA_FAULT_STAYS", 0)) return fault; fault = 0; note("%s %u\n", "card", device, 0, 0); *context = (void *)(uintptr_t)(device + 1000); return 0; }
CUresult cuDevicePrimaryCtxRelease_v2(int device) { (void)device; contextIsCurrent = 0; return 0; }
CUresult cuCtxSetCurrent(void *context) { contextIsCurrent = context != NULL; return 0; }
CUresult cuStreamCreate(void **stream, unsigned flags) { if (flags) return 1; *stream = (void *)(uintptr_t)77; return contextIsCurrent ? 0 : 201; }
CUresult cuStreamDestroy_v2(void *stream) { return stream == (void *)(uintptr_t)77 ? 0 : 400; }

CUresult cuModuleLoadDataEx(void **module, const char *image, unsigned options, const int *names, void *const *values) {
  const int code = strstr(image, "wgmma") ? setting("STUB_CUDA_JIT_WGMMA", setting("STUB_CUDA_JIT", 0)) : setting("STUB_CUDA_JIT", 0);
  char *log = NULL;
  size_t logBytes = 0;
  if (!contextIsCurrent) return 201;
  if (fault) return fault;
  for (unsigned i = 0; i < options; i++) {
    if (names[i] == 5) log = values[i];
    if (names[i] == 6) logBytes = (size_t)values[i];
  }
  if (code) {
    if (log) snprintf(log, logBytes, "ptxas application ptx input, line 9; fatal   : Unsupported .version 99.0; current version is '8.0'\n");
    return code;
  }
  for (size_t i = 0; i < sizeof kinds / sizeof *kinds; i++) {
    if (!strstr(image, kinds[i].name)) continue;
    Module *made = malloc(sizeof *made);
    made->kind = &kinds[i];
    *module = made;
    return 0;
  }
  return 218;
}
CUresult cuModuleUnload(void *module) { free(module); return 0; }
CUresult cuModuleGetFunction(void **kernel, void *module, const char *name) { *kernel = (void *)((Module *)module)->kind; return strcmp(name, "multiply") ? 500 : 0; }
CUresult cuFuncSetAttribute(void *kernel, int attribute, int value) { return kernel && attribute == 8 && value <= 232448 ? 0 : 1; }

CUresult cuMemAlloc_v2(uint64_t *address, size_t bytes) {
  const int code = setting("STUB_CUDA_ALLOC", 0);
  if (code || fault) return code ? code : fault;
  *address = (uint64_t)(uintptr_t)calloc(1, bytes);
  return 0;
}
CUresult cuMemFree_v2(uint64_t address) { free((void *)(uintptr_t)address); return 0; }
CUresult cuMemcpyHtoD_v2(uint64_t to, const void *from, size_t bytes) { if (fault) return fault; memcpy((void *)(uintptr_t)to, from, bytes); return 0; }
CUresult cuMemcpyDtoH_v2(void *to, uint64_t from, size_t bytes) { if (fault) return fault; memcpy(to, (void *)(uintptr_t)from, bytes); return 0; }

/* ---- what the kernels compute ---- */
static int numberAt(const Kind *kind, const void *matrix, int at) {
  if (kind->bytes == 1) return ((const int8_t *)matrix)[at];
  const uint16_t bits = ((const uint16_t *)matrix)[at];
  if (kind->brain) {
    const uint32_t wide = (uint32_t)bits << 16;
    float value;
    memcpy(&value, &wide, 4);
    return (int)value;
  }
  if ((bits & 0x7fff) == 0) return 0;
  const int exponent = (bits >> 10 & 31) - 25;
  const int fraction = (bits & 1023) | 1024;
  const int size = exponent >= 0 ? fraction << exponent : fraction >> -exponent;
  return bits & 0x8000 ? -size : size;
}

static void compute(const Kind *kind, unsigned blocks, unsigned threads, void **given) {
  const void *a0 = *(void **)given[0], *a1 = *(void **)given[1], *b = *(void **)given[2];
  int32_t *sums = *(int32_t **)given[3];
  void *tile = *(void **)given[4];
  const uint32_t rounds = *(uint32_t *)given[5];
  const int depth = kind->words * 4 / kind->bytes;
  const int isWmma = strncmp(kind->name, "wmma", 4) == 0, isWhole = kind->bytes == 1, isWgmma = kind->team == 128;
  const int isWrong = named("STUB_CUDA_WRONG", "tile") || (named("STUB_CUDA_WRONG", "wgmma") && isWgmma) || (named("STUB_CUDA_WRONG", "wgmma-long") && isWgmma && rounds > 1) || (named("STUB_CUDA_WRONG", "late") && launches >= setting("STUB_CUDA_WRONG_FROM", 10));
  uint32_t *c = malloc(sizeof *c * kind->rows * kind->columns);
  uint32_t perThread[128];
  for (int row = 0; row < kind->rows; row++) {
    for (int column = 0; column < kind->columns; column++) {
      int32_t sum = 0;
      for (int k = 0; k < depth; k++) sum += (numberAt(kind, a0, row * depth + k) + numberAt(kind, a1, row * depth + k)) * numberAt(kind, b, column * depth + k);
      const uint32_t value = (uint32_t)sum * (uint32_t)kind->pairs * rounds + (isWrong && row == 3 && column == 5);
      c[row * kind->columns + column] = value;
      if (isWhole) ((int32_t *)tile)[row * kind->columns + column] = (int32_t)value;
      else ((float *)tile)[row * kind->columns + column] = (float)(int32_t)value;
    }
  }
  memset(perThread, 0, sizeof perThread);
  const int rowsPerWarp = kind->rows * 32 / kind->team, perTile = rowsPerWarp / 4;
  for (int row = 0; row < kind->rows; row++) {
    for (int column = 0; column < kind->columns; column++) {
      const uint32_t value = c[row * kind->columns + column];
      if (isWmma) {
        for (int lane = 0; lane < 32; lane++) perThread[lane] += value * (uint32_t)(column / 16 * 2 + 1);
        continue;
      }
      const int inWarp = row % rowsPerWarp;
      const int thread = row / rowsPerWarp * 32 + inWarp % 8 * 4 + column % 8 / 2;
      const int held = column / 8 * perTile + inWarp / 8 * 2 + column % 2;
      perThread[thread] += value * (uint32_t)(2 * held + 1);
    }
  }
  for (unsigned i = 0; i < blocks * threads; i++) sums[i] = (int32_t)perThread[i % kind->team];
  if (named("STUB_CUDA_WRONG", "sum")) sums[blocks * threads - 1] ^= 1 << 20;
  free(c);
}

#ifndef NO_LAUNCH
CUresult cuLaunchKernel(void *kernel, unsigned x, unsigned y, unsigned z, unsigned tx, unsigned ty, unsigned tz, unsigned shared, void *stream, void **given, void **extra) {
  const Kind *kind = kernel;
  (void)shared;
  if (!contextIsCurrent) return 201;
  if (y != 1 || z != 1 || ty != 1 || tz != 1 || extra || stream != (void *)(uintptr_t)77) return 1;
  if (fault) return fault;
  launches++;
  if (kind->team == 128) {
    wgmmaLaunches++;
    if (wgmmaLaunches >= setting("STUB_CUDA_WGMMA_FROM", 1)) fault = setting("STUB_CUDA_WGMMA_FAULT", 0);
    hangs = setting("STUB_CUDA_WGMMA_HANG", 0);
  }
  if (!getenv("STUB_CUDA_DROP_FROM") || launches < setting("STUB_CUDA_DROP_FROM", 0)) compute(kind, x, tx, given);
  startedAt = now();
  readyAt = startedAt + (double)*(uint32_t *)given[5] * setting("STUB_CUDA_NS", 400);
  note("%s %u %u %u\n", kind->name, x, tx, *(uint32_t *)given[5]);
  return 0;
}
#endif

CUresult cuEventCreate(void **event, unsigned flags) { if (flags) return 1; *event = (void *)(uintptr_t)88; return contextIsCurrent ? 0 : 201; }
CUresult cuEventDestroy_v2(void *event) { return event == (void *)(uintptr_t)88 ? 0 : 400; }
CUresult cuEventRecord(void *event, void *stream) { return event && stream == (void *)(uintptr_t)77 ? setting("STUB_CUDA_EVENT", 0) : 400; }
CUresult cuEventElapsedTime(float *ms, void *start, void *end) { *ms = (float)((readyAt - startedAt) / 1e6); return start && end && now() >= readyAt ? 0 : 600; }

CUresult cuStreamQuery(void *stream) {
  if (stream != (void *)(uintptr_t)77) return 400;
  const int code = setting("STUB_CUDA_FAIL", 0);
  if (code && launches >= setting("STUB_CUDA_FAIL_FROM", 1)) return code;
  if (fault) return fault;
  if (hangs || setting("STUB_CUDA_HANG", 0)) return 600;
  return now() >= readyAt ? 0 : 600;
}
