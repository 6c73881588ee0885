/* A library with NVML's entry points, scripted from outside: stands in for the driver's own in tests and measurements.
 * It describes GeForce RTX 3090 cards; struct layouts and version words are those of NVIDIA's nvml.h.
 *
 *   STUB_DEVICES=2          how many cards, up to 64
 *   STUB_INIT=18            what nvmlInit_v2 returns
 *   STUB_LOST=1             index of a card whose handle is refused with NVML_ERROR_GPU_IS_LOST (15)
 *   STUB_HANG=memory|init|utilization     sleeps for ever in that call
 *   STUB_HANG_FILE=path     hangs in nvmlDeviceGetUtilizationRates while this file exists
 *   STUB_CRASH_FILE=path    aborts in nvmlInit_v2 while this file exists, after removing it
 *   STUB_WDDM=1             Windows' ways: process memory is "not available", the driver model is WDDM
 *   STUB_DATACENTER=1       ECC with counts, remapped rows, NVLink, persistence mode
 *   STUB_RETIRED=1          retired pages, as cards until Turing have them
 *   STUB_MIG=1              the card is cut into two MIG instances; STUB_MIG=2: and only an administrator sees all processes
 *   STUB_MARGINS=1          no temperature thresholds, but margins to them (Ada and newer)
 *   STUB_VIRTUAL=1|2        passed through to a virtual machine, or a vGPU
 *   STUB_MIG=3              the same, with no instance at index 1
 *   STUB_PROCESSES=600      how many programs compute on each card
 *   STUB_ENTRY=32|16        bytes of an entry of nvmlDeviceGetComputeRunningProcesses_v3, as some drivers have them; 24 otherwise
 *   STUB_MPS=1              one more program, by way of the MPS server
 *   STUB_USE=garbage|ahead  more entries of use than are filled, with nonsense; entries an hour in the future
 *   STUB_HOTSPOT=97         °C of the hottest part of the card (drivers since 615)
 *   STUB_RECOVERY=1         what has to be done before the card works again (nvmlDeviceGpuRecoveryAction_t)
 *   STUB_LINK_GAP=1         this NVLink is not there, those after it are
 *   STUB_NAME=text          another name of the cards
 *   STUB_LEAK=8             leaks this many MiB in every nvmlDeviceGetUtilizationRates
 *   STUB_GARBAGE=1          every answer is made of bits that are all set, texts without an end
 *   STUB_XID_FILE=path      lines "<card> <xid>": told once by nvmlEventSetWait, which empties the file
 *   STUB_SCRIPT=path        lines of rules, read anew when the file changes; STUB_RULES: the same with ";" between them
 *
 * A rule names an entry point, perhaps with the card it is for, and what it does:
 *   nvmlDeviceGetPowerUsage@1 error 15 | … delay 200 (ms) | … hang | … crash | … value 95
 *
 * Built with -DNO_POWER it has no nvmlDeviceGetPowerUsage; with -DOLD only the older entry points; with -DBARE only the dozen
 * that every driver has had; -DDRIVER="\"580.95\"" is another version.
 */
#ifndef DRIVER
#define DRIVER "570.124.06"
#endif
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

typedef int nvmlReturn_t;
typedef unsigned long long u64;
typedef struct device { int index; int slice; } *nvmlDevice_t;
#define MOST 64
#define SLICES 2
static struct device devices[MOST];
static struct device slices[MOST][SLICES];

static int setting(const char *name, int otherwise) { const char *v = getenv(name); return v ? atoi(v) : otherwise; }
static int named(const char *name, const char *value) { const char *v = getenv(name); return v && strcmp(v, value) == 0; }
static int present(const char *name) { const char *v = getenv(name); return v && access(v, F_OK) == 0; }
static void hang(void) { for (;;) sleep(60); }

/* ---- rules ---- */
typedef struct { char fn[64]; int card; char verb[12]; long long argument; } rule_t;
static rule_t rules[128];
static int rule_count;
static struct timespec rules_of;

static void read_rules(char *text) {
  rule_count = 0;
  for (char *rest = text, *line; (line = strtok_r(rest, ";\n", &rest)) && rule_count < 128;) {
    rule_t r = { .card = -1 };
    if (sscanf(line, " %63s %11s %lld", r.fn, r.verb, &r.argument) < 2) continue;
    char *at = strchr(r.fn, '@');
    if (at) { r.card = atoi(at + 1); *at = 0; }
    rules[rule_count++] = r;
  }
}
/* Rules come from the file where there is one, else from STUB_RULES; neither is parsed again while it stays the same. */
static void refresh_rules(void) {
  static char before[4096];
  const char *path = getenv("STUB_SCRIPT");
  if (!path) {
    const char *stated = getenv("STUB_RULES");
    if (!stated) { rule_count = 0; before[0] = 0; return; }
    if (strcmp(before, stated) == 0 && rules_of.tv_sec == 0) return;
    snprintf(before, sizeof before, "%s", stated);
    char copy[4096];
    memcpy(copy, before, sizeof copy);
    rules_of.tv_sec = 0;
    read_rules(copy);
    return;
  }
  before[0] = 0;
  struct stat now;
  if (stat(path, &now) != 0) { rule_count = 0; rules_of.tv_sec = 0; return; }
  if (now.st_mtim.tv_sec == rules_of.tv_sec && now.st_mtim.tv_nsec == rules_of.tv_nsec) return;
  rules_of = now.st_mtim;
  static char text[16384];
  FILE *file = fopen(path, "r");
  size_t n = file ? fread(text, 1, sizeof text - 1, file) : 0;
  if (file) fclose(file);
  text[n] = 0;
  read_rules(text);
}
static rule_t *rule_for(const char *fn, nvmlDevice_t d, const char *verb) {
  for (int i = 0; i < rule_count; i++) {
    if (strcmp(rules[i].fn, fn) == 0 && strcmp(rules[i].verb, verb) == 0 && (rules[i].card < 0 || (d && rules[i].card == d->index))) return &rules[i];
  }
  return 0;
}
static int obey(const char *fn, nvmlDevice_t d) {
  refresh_rules();
  if (rule_count == 0) return 0;
  rule_t *r;
  if ((r = rule_for(fn, d, "delay"))) usleep((useconds_t)(r->argument * 1000));
  if (rule_for(fn, d, "hang")) hang();
  if (rule_for(fn, d, "crash")) abort();
  return (r = rule_for(fn, d, "error")) ? (int)r->argument : 0;
}
static u64 scripted(const char *fn, nvmlDevice_t d, u64 otherwise) {
  if (setting("STUB_GARBAGE", 0)) return ~0ull;
  rule_t *r = rule_count > 0 ? rule_for(fn, d, "value") : 0;
  return r ? (u64)r->argument : otherwise;
}
#define RULE(d) do { int code_ = obey(__func__, d); if (code_) return code_; } while (0)
static int say(char *out, unsigned n, const char *text) {
  if (setting("STUB_GARBAGE", 0)) memset(out, 0xff, n);
  else snprintf(out, n, "%s", text);
  return 0;
}
/* A struct that the caller may have to find full of nonsense. */
static int spoil(void *out, size_t n) { if (!setting("STUB_GARBAGE", 0)) return 0; memset(out, 0xff, n); return 1; }

#define UINT(fn, expr) nvmlReturn_t fn(nvmlDevice_t d, unsigned *v) { RULE(d); *v = (unsigned)scripted(__func__, d, (u64)(expr)); return 0; }
#define UINT_IF(fn, has, expr) nvmlReturn_t fn(nvmlDevice_t d, unsigned *v) { RULE(d); if (!(has)) return 3; *v = (unsigned)scripted(__func__, d, (u64)(expr)); return 0; }
#define TEXT(fn, expr) nvmlReturn_t fn(nvmlDevice_t d, char *out, unsigned n) { RULE(d); (void)d; return say(out, n, expr); }
#define VERSIONED(out, n) do { if ((out)->version != (sizeof *(out) | (unsigned)(n) << 24)) return 25; } while (0)

/* ---- the library and its cards ---- */
nvmlReturn_t nvmlInit_v2(void) {
  if (named("STUB_HANG", "init")) hang();
  if (present("STUB_CRASH_FILE")) { unlink(getenv("STUB_CRASH_FILE")); abort(); }
  RULE(0);
  for (int i = 0; i < MOST; i++) {
    devices[i].index = i; devices[i].slice = -1;
    for (int s = 0; s < SLICES; s++) { slices[i][s].index = i; slices[i][s].slice = s; }
  }
  return setting("STUB_INIT", 0);
}
nvmlReturn_t nvmlShutdown(void) { return 0; }
nvmlReturn_t nvmlSystemGetDriverVersion(char *out, unsigned n) { RULE(0); return say(out, n, DRIVER); }
nvmlReturn_t nvmlSystemGetCudaDriverVersion_v2(int *v) { *v = 12080; return 0; }
nvmlReturn_t nvmlSystemGetProcessName(unsigned pid, char *out, unsigned n) {
  char text[64];
  snprintf(text, sizeof text, "/usr/bin/python%u --secret=1", pid % 10);
  return say(out, n, text);
}
nvmlReturn_t nvmlDeviceGetCount_v2(unsigned *n) { RULE(0); *n = (unsigned)setting("STUB_DEVICES", 1); return 0; }
nvmlReturn_t nvmlDeviceGetHandleByIndex_v2(unsigned i, nvmlDevice_t *d) {
  if (i >= MOST) return 2;
  RULE(&devices[i]);
  if (setting("STUB_LOST", -1) == (int)i) return 15;
  *d = &devices[i];
  return 0;
}
TEXT(nvmlDeviceGetName, getenv("STUB_NAME") ? getenv("STUB_NAME") : "NVIDIA GeForce RTX 3090")
nvmlReturn_t nvmlDeviceGetUUID(nvmlDevice_t d, char *out, unsigned n) {
  char text[64];
  RULE(d);
  snprintf(text, sizeof text, "GPU-00000000-0000-0000-0000-%012d", d->index + 1);
  return say(out, n, text);
}

typedef struct { char legacy[16]; unsigned domain, bus, device, id, subsystem; char busId[32]; } pci_t;
static int fill_pci(nvmlDevice_t d, pci_t *p, int newer) {
  if (newer && spoil(p, sizeof *p)) return 0;
  memset(p, 0, newer ? sizeof *p : sizeof *p - 32);
  snprintf(p->legacy, sizeof p->legacy, "0000:%02X:00.0", d->index + 1);
  p->bus = (unsigned)d->index + 1; p->id = 0x220410DEu; p->subsystem = 0x403B1458u;
  if (newer) snprintf(p->busId, sizeof p->busId, "00000000:%02X:00.0", d->index + 1);
  return 0;
}
typedef struct { u64 total, free, used; } memory_t;
nvmlReturn_t nvmlDeviceGetMemoryInfo(nvmlDevice_t d, memory_t *m) {
  RULE(d);
  if (spoil(m, sizeof *m)) return 0;
  m->total = 25769803776ull; m->used = 2478833664ull; m->free = m->total - m->used;
  return 0;
}
#ifndef OLD
nvmlReturn_t nvmlDeviceGetPciInfo_v3(nvmlDevice_t d, pci_t *p) { RULE(d); return fill_pci(d, p, 1); }
typedef struct { unsigned version; u64 total, reserved, free, used; } memory_v2_t;
nvmlReturn_t nvmlDeviceGetMemoryInfo_v2(nvmlDevice_t d, memory_v2_t *m) {
  if (named("STUB_HANG", "memory")) hang();
  RULE(d);
  VERSIONED(m, 2);
  if (spoil(m, sizeof *m)) return 0;
  m->total = d->slice >= 0 ? 10737418240ull : 25769803776ull;
  m->reserved = 331350016ull; m->used = scripted(__func__, d, 2147483648ull); m->free = m->total - m->reserved - m->used;
  return 0;
}
#else
nvmlReturn_t nvmlDeviceGetPciInfo(nvmlDevice_t d, pci_t *p) { RULE(d); return fill_pci(d, p, 0); }
#endif
nvmlReturn_t nvmlDeviceGetTemperature(nvmlDevice_t d, int sensor, unsigned *t) { RULE(d); (void)sensor; *t = (unsigned)scripted(__func__, d, 61u + (unsigned)d->index); return 0; }

#ifndef BARE
TEXT(nvmlDeviceGetVbiosVersion, "94.02.4B.00.0B")
TEXT(nvmlDeviceGetBoardPartNumber, "900-1G136-2510-000")
UINT(nvmlDeviceGetArchitecture, 7)
UINT(nvmlDeviceGetComputeMode, 0)
UINT(nvmlDeviceGetPersistenceMode, setting("STUB_DATACENTER", 0))
UINT(nvmlDeviceGetVirtualizationMode, setting("STUB_VIRTUAL", 0))
nvmlReturn_t nvmlDeviceGetDriverModel_v2(nvmlDevice_t d, unsigned *now, unsigned *next) { RULE(d); if (!setting("STUB_WDDM", 0)) return 3; *now = *next = (unsigned)scripted(__func__, d, 0); return 0; }

/* ---- load, heat and power ---- */
typedef struct { unsigned gpu, memory; } utilization_t;
nvmlReturn_t nvmlDeviceGetUtilizationRates(nvmlDevice_t d, utilization_t *u) {
  if (named("STUB_HANG", "utilization") || present("STUB_HANG_FILE")) hang();
  RULE(d);
  int leak = setting("STUB_LEAK", 0);
  if (leak) { volatile char *lost = malloc((size_t)leak << 20); if (lost) for (size_t i = 0; i < (size_t)leak << 20; i += 4096) lost[i] = 1; }
  if (setting("STUB_MIG", 0)) return 3;
  if (spoil(u, sizeof *u)) return 0;
  u->gpu = (unsigned)scripted(__func__, d, 40u + (unsigned)d->index); u->memory = 12;
  return 0;
}
nvmlReturn_t nvmlDeviceGetEncoderUtilization(nvmlDevice_t d, unsigned *u, unsigned *period) { RULE(d); *u = (unsigned)scripted(__func__, d, 7); *period = 167000; return 0; }
nvmlReturn_t nvmlDeviceGetDecoderUtilization(nvmlDevice_t d, unsigned *u, unsigned *period) { RULE(d); *u = (unsigned)scripted(__func__, d, 0); *period = 167000; return 0; }
nvmlReturn_t nvmlDeviceGetTemperatureThreshold(nvmlDevice_t d, int which, unsigned *t) {
  static const int degrees[] = { 98, 95, 0, 93, 65, 83, 90, 0 };
  RULE(d);
  if (setting("STUB_MARGINS", 0)) return which == 5 ? (*t = 84, 0) : 3;
  *t = (unsigned)scripted(__func__, d, (u64)degrees[which & 7]);
  return 0;
}
typedef struct { unsigned fieldId, scopeId; long long timestamp, latency; unsigned valueType; int result; union { unsigned ui; int si; u64 ull; } value; } field_t;
nvmlReturn_t nvmlDeviceGetFieldValues(nvmlDevice_t d, int n, field_t *f) {
  RULE(d);
  for (int i = 0; i < n; i++) {
    f[i].result = 3;
    if (f[i].fieldId == 82) { f[i].result = 0; f[i].valueType = 1; f[i].value.ull = scripted(__func__, d, 84); }
    if (f[i].fieldId == 230 && getenv("STUB_RECOVERY")) { f[i].result = 0; f[i].valueType = 1; f[i].value.ui = (unsigned)setting("STUB_RECOVERY", 0); }
    if (setting("STUB_MARGINS", 0) && (f[i].fieldId == 193 || f[i].fieldId == 194)) { f[i].result = 0; f[i].valueType = 5; f[i].value.si = f[i].fieldId == 193 ? -7 : -2; }
  }
  return 0;
}
UINT(nvmlDeviceGetEnforcedPowerLimit, 350000)
UINT(nvmlDeviceGetPowerManagementDefaultLimit, 350000)
nvmlReturn_t nvmlDeviceGetPowerManagementLimitConstraints(nvmlDevice_t d, unsigned *min, unsigned *max) { RULE(d); *min = (unsigned)scripted(__func__, d, 100000); *max = (unsigned)scripted(__func__, d, 400000); return 0; }
nvmlReturn_t nvmlDeviceGetTotalEnergyConsumption(nvmlDevice_t d, u64 *mj) { RULE(d); *mj = scripted(__func__, d, 123456789ull); return 0; }
nvmlReturn_t nvmlDeviceGetClockInfo(nvmlDevice_t d, int type, unsigned *mhz) { static const unsigned now[] = { 1695, 1695, 9501, 1500 }; RULE(d); *mhz = (unsigned)scripted(__func__, d, now[type & 3]); return 0; }
nvmlReturn_t nvmlDeviceGetMaxClockInfo(nvmlDevice_t d, int type, unsigned *mhz) { static const unsigned most[] = { 2100, 2100, 9751, 1950 }; RULE(d); *mhz = (unsigned)scripted(__func__, d, most[type & 3]); return 0; }
UINT(nvmlDeviceGetNumFans, 2)
nvmlReturn_t nvmlDeviceGetFanSpeed_v2(nvmlDevice_t d, unsigned fan, unsigned *percent) { RULE(d); if (fan > 1) return 2; *percent = (unsigned)scripted(__func__, d, fan == 0 ? 55 : 63); return 0; }
nvmlReturn_t nvmlDeviceGetFanSpeed(nvmlDevice_t d, unsigned *percent) { RULE(d); *percent = (unsigned)scripted(__func__, d, 55); return 0; }

/* ---- memory that wears, and the bus ---- */
nvmlReturn_t nvmlDeviceGetEccMode(nvmlDevice_t d, unsigned *now, unsigned *next) { RULE(d); if (!setting("STUB_DATACENTER", 0)) return 3; *now = *next = (unsigned)scripted(__func__, d, 1); return 0; }
nvmlReturn_t nvmlDeviceGetTotalEccErrors(nvmlDevice_t d, int type, int counter, u64 *n) { RULE(d); if (!setting("STUB_DATACENTER", 0)) return 3; (void)counter; *n = scripted(__func__, d, type == 0 ? 5 : 1); return 0; }
nvmlReturn_t nvmlDeviceGetRetiredPages(nvmlDevice_t d, int cause, unsigned *count, u64 *addresses) {
  RULE(d);
  if (!setting("STUB_RETIRED", 0)) return 3;
  unsigned has = cause == 0 ? 3 : 0, room = *count;
  *count = has;
  if (room < has) return 7;
  for (unsigned i = 0; i < has && addresses; i++) addresses[i] = 0x1000ull * i;
  return 0;
}
UINT_IF(nvmlDeviceGetRetiredPagesPendingStatus, setting("STUB_RETIRED", 0), 1)
UINT(nvmlDeviceGetCurrPcieLinkGeneration, 4)
UINT(nvmlDeviceGetCurrPcieLinkWidth, 8)
UINT(nvmlDeviceGetMaxPcieLinkGeneration, 4)
UINT(nvmlDeviceGetMaxPcieLinkWidth, 16)
UINT(nvmlDeviceGetPcieReplayCounter, 2)
UINT(nvmlDeviceGetPerformanceState, 2)
UINT(nvmlDeviceGetDisplayActive, d->index == 0)
nvmlReturn_t nvmlDeviceGetCudaComputeCapability(nvmlDevice_t d, int *major, int *minor) { RULE(d); *major = 8; *minor = 6; return 0; }
nvmlReturn_t nvmlDeviceGetNvLinkState(nvmlDevice_t d, unsigned link, unsigned *active) { RULE(d); if (!setting("STUB_DATACENTER", 0)) return 3; if (link > 3) return 2; if (setting("STUB_LINK_GAP", -1) == (int)link) return 3; *active = link != 3; return 0; }
nvmlReturn_t nvmlDeviceGetNvLinkVersion(nvmlDevice_t d, unsigned link, unsigned *version) { RULE(d); (void)link; *version = 4; return 0; }
nvmlReturn_t nvmlDeviceGetNvLinkRemotePciInfo_v2(nvmlDevice_t d, unsigned link, pci_t *p) { RULE(d); (void)link; fill_pci(d, p, 1); snprintf(p->busId, sizeof p->busId, "00000000:C4:00.0"); return 0; }

/* ---- MIG ---- */
nvmlReturn_t nvmlDeviceGetMigMode(nvmlDevice_t d, unsigned *now, unsigned *next) { RULE(d); if (!setting("STUB_MIG", 0)) return 3; *now = *next = 1; return 0; }
UINT_IF(nvmlDeviceGetMaxMigDeviceCount, setting("STUB_MIG", 0), 7)
nvmlReturn_t nvmlDeviceGetMigDeviceHandleByIndex(nvmlDevice_t d, unsigned i, nvmlDevice_t *slice) {
  RULE(d);
  if (setting("STUB_MIG", 0) == 3) i = i == 1 ? SLICES : i == 2 ? 1 : i;
  if (i >= SLICES) return 6;
  *slice = &slices[d->index][i];
  return 0;
}
nvmlReturn_t nvmlDeviceGetIndex(nvmlDevice_t d, unsigned *index) { RULE(d); *index = d->slice < 0 ? (unsigned)d->index : d->slice == 1 && setting("STUB_MIG", 0) == 3 ? 2 : (unsigned)d->slice; return 0; }
UINT_IF(nvmlDeviceGetGpuInstanceId, d->slice >= 0, 1 + d->slice)
UINT_IF(nvmlDeviceGetComputeInstanceId, d->slice >= 0, 0)
typedef struct { unsigned multiprocessors, copy, decoder, encoder, jpeg, ofa, gpuSlices, computeSlices; u64 memoryMb; } attributes_t;
nvmlReturn_t nvmlDeviceGetAttributes_v2(nvmlDevice_t d, attributes_t *a) { RULE(d); if (d->slice < 0) return 3; memset(a, 0, sizeof *a); a->multiprocessors = 28; a->memoryMb = 10240; return 0; }
#ifndef NO_POWER
UINT(nvmlDeviceGetPowerUsage, 312450)
#endif

/* ---- what only newer drivers have ---- */
#ifndef OLD
nvmlReturn_t nvmlDeviceGetCurrentClocksEventReasons(nvmlDevice_t d, u64 *bits) { RULE(d); *bits = scripted(__func__, d, 0x24); return 0; }
typedef struct { unsigned version, fan, rpm; } fan_t;
nvmlReturn_t nvmlDeviceGetFanSpeedRPM(nvmlDevice_t d, fan_t *f) { RULE(d); VERSIONED(f, 1); if (f->fan > 1) return 2; f->rpm = (unsigned)scripted(__func__, d, f->fan == 0 ? 1500 : 1720); return 0; }
typedef struct { unsigned version, sensor; int degrees; } heat_t;
nvmlReturn_t nvmlDeviceGetTemperatureV(nvmlDevice_t d, heat_t *h) { RULE(d); VERSIONED(h, 1); if (h->sensor == 1 && !getenv("STUB_HOTSPOT")) return 2; h->degrees = h->sensor == 1 ? setting("STUB_HOTSPOT", 0) : 61 + d->index; return 0; }
typedef struct { unsigned version; int margin; } margin_t;
nvmlReturn_t nvmlDeviceGetMarginTemperature(nvmlDevice_t d, margin_t *m) { RULE(d); VERSIONED(m, 1); if (!setting("STUB_MARGINS", 0)) return 3; m->margin = (int)scripted(__func__, d, 29); return 0; }
nvmlReturn_t nvmlDeviceGetRemappedRows(nvmlDevice_t d, unsigned *corrected, unsigned *uncorrected, unsigned *pending, unsigned *failed) { RULE(d); if (!setting("STUB_DATACENTER", 0)) return 3; *corrected = 1; *uncorrected = 2; *pending = 1; *failed = 0; return 0; }
#else
nvmlReturn_t nvmlDeviceGetCurrentClocksThrottleReasons(nvmlDevice_t d, u64 *bits) { RULE(d); *bits = scripted(__func__, d, 0x24); return 0; }
#endif

/* ---- processes ---- */
typedef struct { unsigned pid; u64 memory; unsigned gi, ci; } process_t;
typedef struct { unsigned pid; u64 memory; } process_v1_t;
static u64 memory_of(u64 bytes) { return setting("STUB_WDDM", 0) || setting("STUB_GARBAGE", 0) ? ~0ull : bytes; }
#ifndef OLD
static void put(void *list, unsigned i, process_t entry) {
  int size = setting("STUB_ENTRY", (int)sizeof entry);
  char *at = (char *)list + (size_t)i * (size_t)size;
  memcpy(at, &entry, (size_t)size < sizeof entry ? (size_t)size : sizeof entry);
  if (size > (int)sizeof entry) memset(at + sizeof entry, 0, (size_t)size - sizeof entry);
}
nvmlReturn_t nvmlDeviceGetComputeRunningProcesses_v3(nvmlDevice_t d, unsigned *n, process_t *p) {
  RULE(d);
  if (d->slice < 0 && setting("STUB_MIG", 0) == 2) return 4;
  unsigned many = (unsigned)setting("STUB_PROCESSES", 2);
  if (*n < many) { *n = many; return 7; }
  for (unsigned i = 2; i < many; i++) put(p, i, (process_t){ 5000u + i, memory_of(1048576ull), ~0u, ~0u });
  *n = d->slice == 1 ? 1 : many;
  put(p, 0, (process_t){ 4001u + (unsigned)d->index, memory_of(1073741824ull), ~0u, ~0u });
  put(p, 1, (process_t){ 4013u, memory_of(536870912ull), ~0u, ~0u });
  return 0;
}
nvmlReturn_t nvmlDeviceGetGraphicsRunningProcesses_v3(nvmlDevice_t d, unsigned *n, process_t *p) {
  RULE(d);
  if (d->slice >= 0) { *n = 0; return 0; }
  if (setting("STUB_MIG", 0) == 2) return 4;
  *n = 1;
  p[0] = (process_t){ 4013u, memory_of(536870912ull), ~0u, ~0u };
  return 0;
}
nvmlReturn_t nvmlDeviceGetMPSComputeRunningProcesses_v3(nvmlDevice_t d, unsigned *n, process_t *p) {
  RULE(d);
  *n = 0;
  if (setting("STUB_MPS", 0)) { p[0] = (process_t){ 4001u + (unsigned)d->index, memory_of(1073741824ull), ~0u, ~0u }; p[1] = (process_t){ 6001u, memory_of(268435456ull), ~0u, ~0u }; *n = 2; }
  return 0;
}
typedef struct { unsigned pid; u64 at; unsigned sm, memory, encoder, decoder; } use_t;
nvmlReturn_t nvmlDeviceGetProcessUtilization(nvmlDevice_t d, use_t *u, unsigned *n, u64 since) {
  RULE(d);
  if (named("STUB_USE", "ahead") && since == 0) { u[0] = (use_t){ 4001u, ((u64)time(0) + 3600) * 1000000ull, 20, 0, 0, 0 }; *n = 1; return 0; }
  if (since >= 2000) return 6;
  if (*n < 2) { *n = 2; return 7; }
  u[0] = (use_t){ 4001u + (unsigned)d->index, 1000, 20, 5, 0, 0 };
  u[1] = (use_t){ 4001u + (unsigned)d->index, 2000, (unsigned)scripted(__func__, d, 35), 5, 0, 0 };
  *n = named("STUB_USE", "garbage") ? 100 : 2;
  if (*n == 100) { u[2] = (use_t){ 4013u, ~0ull, 4294967295u, 0, 0, 0 }; u[3] = (use_t){ 4001u + (unsigned)d->index, 3000, 3435973836u, 0, 0, 0 }; }
  return 0;
}
#else
nvmlReturn_t nvmlDeviceGetComputeRunningProcesses(nvmlDevice_t d, unsigned *n, process_v1_t *p) {
  RULE(d);
  *n = 2;
  p[0] = (process_v1_t){ 4001u + (unsigned)d->index, memory_of(1073741824ull) };
  p[1] = (process_v1_t){ 4013u, memory_of(536870912ull) };
  return 0;
}
#endif

/* ---- events ---- */
typedef struct { nvmlDevice_t device; u64 type, data; unsigned gi, ci; } event_t;
static struct { int card, xid; } events[64];
static int event_count, event_next, listened[MOST];
nvmlReturn_t nvmlEventSetCreate(void **set) { RULE(0); static int one; *set = &one; memset(listened, 0, sizeof listened); return 0; }
nvmlReturn_t nvmlEventSetFree(void *set) { (void)set; return 0; }
nvmlReturn_t nvmlDeviceGetSupportedEventTypes(nvmlDevice_t d, u64 *types) { RULE(d); *types = scripted(__func__, d, 0x1f); return 0; }
nvmlReturn_t nvmlDeviceRegisterEvents(nvmlDevice_t d, u64 types, void *set) { RULE(d); (void)set; listened[d->index] = (types & 8) != 0; return 0; }
nvmlReturn_t nvmlEventSetWait_v2(void *set, event_t *e, unsigned ms) {
  (void)set;
  RULE(0);
  if (event_next == event_count && present("STUB_XID_FILE")) {
    event_next = event_count = 0;
    FILE *file = fopen(getenv("STUB_XID_FILE"), "r");
    if (file) {
      int card, xid;
      while (event_count < 64 && fscanf(file, "%d %d", &card, &xid) == 2) if (card >= 0 && card < MOST && listened[card]) { events[event_count].card = card; events[event_count++].xid = xid; }
      fclose(file);
      unlink(getenv("STUB_XID_FILE"));
    }
  }
  if (event_next == event_count) { usleep((useconds_t)ms * 1000); return 10; }
  *e = (event_t){ &devices[events[event_next].card], 8, (u64)events[event_next].xid, ~0u, ~0u };
  event_next++;
  return 0;
}
#endif
