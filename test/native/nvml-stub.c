/* A library with NVML's entry points, scripted by environment variables: stands in for the driver's own in tests.
 *
 *   STUB_DEVICES=2          how many cards
 *   STUB_INIT=18            what nvmlInit_v2 returns
 *   STUB_LOST=1             index of a card whose handle is refused with NVML_ERROR_GPU_IS_LOST (15)
 *   STUB_HANG=memory|init|utilization     sleeps for ever in that call
 *   STUB_HANG_FILE=path     hangs in nvmlDeviceGetUtilizationRates while this file exists
 *   STUB_CRASH_FILE=path    aborts in nvmlInit_v2 while this file exists, after removing it
 *   STUB_WDDM=1             process memory is "not available"
 * Built with -DNO_POWER it has no nvmlDeviceGetPowerUsage; with -DOLD only the older entry points.
 */
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

typedef int nvmlReturn_t;
typedef struct device { int index; } *nvmlDevice_t;
static struct device devices[16];

static int setting(const char *name, int otherwise) { const char *v = getenv(name); return v ? atoi(v) : otherwise; }
static int named(const char *name, const char *value) { const char *v = getenv(name); return v && strcmp(v, value) == 0; }
static int present(const char *name) { const char *v = getenv(name); return v && access(v, F_OK) == 0; }
static void hang(void) { for (;;) sleep(60); }

nvmlReturn_t nvmlInit_v2(void) {
  if (named("STUB_HANG", "init")) hang();
  if (present("STUB_CRASH_FILE")) { unlink(getenv("STUB_CRASH_FILE")); abort(); }
  for (int i = 0; i < 16; i++) devices[i].index = i;
  return setting("STUB_INIT", 0);
}
nvmlReturn_t nvmlShutdown(void) { return 0; }
nvmlReturn_t nvmlSystemGetDriverVersion(char *out, unsigned n) { snprintf(out, n, "570.124.06"); return 0; }
nvmlReturn_t nvmlSystemGetCudaDriverVersion_v2(int *v) { *v = 12080; return 0; }
nvmlReturn_t nvmlSystemGetProcessName(unsigned pid, char *out, unsigned n) { snprintf(out, n, "/usr/bin/python%u --secret=1", pid % 10); return 0; }
nvmlReturn_t nvmlDeviceGetCount_v2(unsigned *n) { *n = (unsigned)setting("STUB_DEVICES", 1); return 0; }
nvmlReturn_t nvmlDeviceGetHandleByIndex_v2(unsigned i, nvmlDevice_t *d) {
  if (setting("STUB_LOST", -1) == (int)i) return 15;
  *d = &devices[i];
  return 0;
}
nvmlReturn_t nvmlDeviceGetName(nvmlDevice_t d, char *out, unsigned n) { (void)d; snprintf(out, n, "NVIDIA GeForce RTX 3090"); return 0; }
nvmlReturn_t nvmlDeviceGetUUID(nvmlDevice_t d, char *out, unsigned n) { snprintf(out, n, "GPU-00000000-0000-0000-0000-00000000000%d", d->index + 1); return 0; }
nvmlReturn_t nvmlDeviceGetVbiosVersion(nvmlDevice_t d, char *out, unsigned n) { (void)d; snprintf(out, n, "94.02.4B.00.0B"); return 0; }

typedef struct { char legacy[16]; unsigned domain, bus, device, id, subsystem; char busId[32]; } pci_t;
static void fill_pci(nvmlDevice_t d, pci_t *p, int newer) {
  memset(p, 0, newer ? sizeof *p : sizeof *p - 32);
  snprintf(p->legacy, sizeof p->legacy, "0000:%02X:00.0", d->index + 1);
  p->bus = (unsigned)d->index + 1; p->id = 0x220410DEu; p->subsystem = 0x403B1458u;
  if (newer) snprintf(p->busId, sizeof p->busId, "00000000:%02X:00.0", d->index + 1);
}
#ifndef OLD
nvmlReturn_t nvmlDeviceGetPciInfo_v3(nvmlDevice_t d, pci_t *p) { fill_pci(d, p, 1); return 0; }
typedef struct { unsigned version; unsigned long long total, reserved, free, used; } memory_v2_t;
nvmlReturn_t nvmlDeviceGetMemoryInfo_v2(nvmlDevice_t d, memory_v2_t *m) {
  (void)d;
  if (named("STUB_HANG", "memory")) hang();
  if (m->version != (sizeof *m | 2u << 24)) return 25;
  m->total = 25769803776ull; m->reserved = 331350016ull; m->used = 2147483648ull; m->free = m->total - m->reserved - m->used;
  return 0;
}
#else
nvmlReturn_t nvmlDeviceGetPciInfo(nvmlDevice_t d, pci_t *p) { fill_pci(d, p, 0); return 0; }
#endif
typedef struct { unsigned long long total, free, used; } memory_t;
nvmlReturn_t nvmlDeviceGetMemoryInfo(nvmlDevice_t d, memory_t *m) {
  (void)d;
  m->total = 25769803776ull; m->used = 2478833664ull; m->free = m->total - m->used;
  return 0;
}
typedef struct { unsigned gpu, memory; } utilization_t;
nvmlReturn_t nvmlDeviceGetUtilizationRates(nvmlDevice_t d, utilization_t *u) {
  if (named("STUB_HANG", "utilization") || present("STUB_HANG_FILE")) hang();
  u->gpu = 40u + (unsigned)d->index; u->memory = 12;
  return 0;
}
nvmlReturn_t nvmlDeviceGetEncoderUtilization(nvmlDevice_t d, unsigned *u, unsigned *period) { (void)d; *u = 7; *period = 167000; return 0; }
nvmlReturn_t nvmlDeviceGetDecoderUtilization(nvmlDevice_t d, unsigned *u, unsigned *period) { (void)d; *u = 0; *period = 167000; return 0; }
nvmlReturn_t nvmlDeviceGetTemperature(nvmlDevice_t d, int sensor, unsigned *t) { (void)sensor; *t = 61u + (unsigned)d->index; return 0; }
typedef struct { unsigned fieldId, scopeId; long long timestamp, latency; unsigned valueType; int result; union { unsigned ui; unsigned long long ull; } value; } field_t;
nvmlReturn_t nvmlDeviceGetFieldValues(nvmlDevice_t d, int n, field_t *f) { (void)d; for (int i = 0; i < n; i++) { f[i].result = f[i].fieldId == 82 ? 0 : 3; f[i].value.ui = 84; } return 0; }
#ifndef NO_POWER
nvmlReturn_t nvmlDeviceGetPowerUsage(nvmlDevice_t d, unsigned *mw) { (void)d; *mw = 312450; return 0; }
#endif
nvmlReturn_t nvmlDeviceGetEnforcedPowerLimit(nvmlDevice_t d, unsigned *mw) { (void)d; *mw = 350000; return 0; }
nvmlReturn_t nvmlDeviceGetPowerManagementDefaultLimit(nvmlDevice_t d, unsigned *mw) { (void)d; *mw = 350000; return 0; }
nvmlReturn_t nvmlDeviceGetPowerManagementLimitConstraints(nvmlDevice_t d, unsigned *min, unsigned *max) { (void)d; *min = 100000; *max = 400000; return 0; }
nvmlReturn_t nvmlDeviceGetClockInfo(nvmlDevice_t d, int type, unsigned *mhz) { (void)d; *mhz = type == 2 ? 9501 : 1695; return 0; }
nvmlReturn_t nvmlDeviceGetNumFans(nvmlDevice_t d, unsigned *n) { (void)d; *n = 2; return 0; }
nvmlReturn_t nvmlDeviceGetFanSpeed_v2(nvmlDevice_t d, unsigned fan, unsigned *percent) { (void)d; *percent = fan == 0 ? 55 : 63; return 0; }
nvmlReturn_t nvmlDeviceGetFanSpeed(nvmlDevice_t d, unsigned *percent) { (void)d; *percent = 55; return 0; }
#ifndef OLD
nvmlReturn_t nvmlDeviceGetCurrentClocksEventReasons(nvmlDevice_t d, unsigned long long *bits) { (void)d; *bits = 0x24; return 0; }
#else
nvmlReturn_t nvmlDeviceGetCurrentClocksThrottleReasons(nvmlDevice_t d, unsigned long long *bits) { (void)d; *bits = 0x24; return 0; }
#endif
nvmlReturn_t nvmlDeviceGetEccMode(nvmlDevice_t d, unsigned *a, unsigned *b) { (void)d; (void)a; (void)b; return 3; }
nvmlReturn_t nvmlDeviceGetTotalEccErrors(nvmlDevice_t d, int type, int counter, unsigned long long *n) { (void)d; (void)type; (void)counter; (void)n; return 3; }
nvmlReturn_t nvmlDeviceGetCurrPcieLinkGeneration(nvmlDevice_t d, unsigned *v) { (void)d; *v = 4; return 0; }
nvmlReturn_t nvmlDeviceGetCurrPcieLinkWidth(nvmlDevice_t d, unsigned *v) { (void)d; *v = 8; return 0; }
nvmlReturn_t nvmlDeviceGetMaxPcieLinkGeneration(nvmlDevice_t d, unsigned *v) { (void)d; *v = 4; return 0; }
nvmlReturn_t nvmlDeviceGetMaxPcieLinkWidth(nvmlDevice_t d, unsigned *v) { (void)d; *v = 16; return 0; }
nvmlReturn_t nvmlDeviceGetPerformanceState(nvmlDevice_t d, unsigned *v) { (void)d; *v = 2; return 0; }
nvmlReturn_t nvmlDeviceGetDisplayActive(nvmlDevice_t d, unsigned *v) { *v = d->index == 0; return 0; }
nvmlReturn_t nvmlDeviceGetCudaComputeCapability(nvmlDevice_t d, int *major, int *minor) { (void)d; *major = 8; *minor = 6; return 0; }
nvmlReturn_t nvmlDeviceGetMigMode(nvmlDevice_t d, unsigned *a, unsigned *b) { (void)d; (void)a; (void)b; return 3; }

typedef struct { unsigned pid; unsigned long long memory; unsigned gi, ci; } process_t;
typedef struct { unsigned pid; unsigned long long memory; } process_v1_t;
static unsigned long long memory_of(unsigned long long bytes) { return setting("STUB_WDDM", 0) ? ~0ull : bytes; }
#ifndef OLD
nvmlReturn_t nvmlDeviceGetComputeRunningProcesses_v3(nvmlDevice_t d, unsigned *n, process_t *p) {
  if (*n < 2) { *n = 2; return 7; }
  *n = 2;
  p[0] = (process_t){ 4001u + (unsigned)d->index, memory_of(1073741824ull), ~0u, ~0u };
  p[1] = (process_t){ 4013u, memory_of(536870912ull), ~0u, ~0u };
  return 0;
}
nvmlReturn_t nvmlDeviceGetGraphicsRunningProcesses_v3(nvmlDevice_t d, unsigned *n, process_t *p) { (void)d; *n = 1; p[0] = (process_t){ 4013u, memory_of(536870912ull), ~0u, ~0u }; return 0; }
#else
nvmlReturn_t nvmlDeviceGetComputeRunningProcesses(nvmlDevice_t d, unsigned *n, process_v1_t *p) {
  *n = 2;
  p[0] = (process_v1_t){ 4001u + (unsigned)d->index, memory_of(1073741824ull) };
  p[1] = (process_v1_t){ 4013u, memory_of(536870912ull) };
  return 0;
}
#endif
