/* The functions of Windows that the policy calls, scripted from outside: stands in for user32, kernel32, shell32, wtsapi32, powrprof and advapi32 in tests.
 *
 *   WIN_TICKS=123        ms since start, 64 bits            WIN_INPUT=120      tick of the last input, taken to 32 bits
 *   WIN_STATE=3          notification state                 WIN_OWN=1          the own session; WIN_SESSIONS: lines "id state flags station user"
 *   WIN_FRONT=1          there is a window in front, of pid WIN_PID and class WIN_CLASS and program WIN_PATH,
 *   WIN_RECT="l t r b"   where it stands; WIN_MONITOR likewise; WIN_STYLE its style
 *   WIN_POWER="ac flags percent"   WIN_CAPABILITIES="lid s3 wake aoac"   WIN_LOG=path: a line for every call that changes something
 */
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static int taken = 0;
static const char *text(const char *name, const char *other) { const char *value = getenv(name); return value ? value : other; }
static long long number(const char *name, long long other) { const char *value = getenv(name); return value ? strtoll(value, NULL, 0) : other; }
static void wide(uint16_t *to, const char *from, int most) { int i = 0; for (; from[i] && i < most - 1; i++) to[i] = (uint8_t)from[i]; to[i] = 0; }
static void note(const char *format, ...) {
  const char *path = getenv("WIN_LOG");
  if (!path) return;
  FILE *file = fopen(path, "a");
  va_list list; va_start(list, format); vfprintf(file, format, list); va_end(list);
  fputc('\n', file); fclose(file);
}

uint64_t GetTickCount64(void) { return number("WIN_TICKS", 0); }
int GetLastInputInfo(uint32_t *info) { if (info[0] != 8 || !getenv("WIN_INPUT")) return 0; info[1] = (uint32_t)number("WIN_INPUT", 0); return 1; }
int SHQueryUserNotificationState(int *state) { if (!getenv("WIN_STATE")) return -1; *state = number("WIN_STATE", 5); return 0; }
int ProcessIdToSessionId(uint32_t pid, uint32_t *id) { (void)pid; *id = number("WIN_OWN", 1); return 1; }

void *GetForegroundWindow(void) { return number("WIN_FRONT", 0) ? (void *)0x10 : NULL; }
uint32_t GetWindowThreadProcessId(void *window, uint32_t *pid) { *pid = window == (void *)0x10 ? number("WIN_PID", 77) : 0; return 1; }
static int rectangle(const char *name, int32_t *to) { return sscanf(text(name, "0 0 1920 1080"), "%d %d %d %d", to, to + 1, to + 2, to + 3) == 4; }
int GetWindowRect(void *window, int32_t *to) { return window == (void *)0x10 && rectangle("WIN_RECT", to); }
void *MonitorFromWindow(void *window, uint32_t flags) { return window == (void *)0x10 && flags == 2 ? (void *)0x20 : NULL; }
int GetMonitorInfoW(void *monitor, int32_t *info) { return monitor == (void *)0x20 && info[0] == 40 && rectangle("WIN_MONITOR", info + 1); }
int GetClassNameW(void *window, uint16_t *to, int most) { (void)window; wide(to, text("WIN_CLASS", "UnityWndClass"), most); return 1; }
intptr_t GetWindowLongPtrW(void *window, int index) { return window == (void *)0x10 && index == -16 ? number("WIN_STYLE", 0x94000000) : 0; }
void *OpenProcess(uint32_t access, int inherit, uint32_t pid) { (void)inherit; return access == 0x1000 && pid == (uint32_t)number("WIN_PID", 77) && getenv("WIN_PATH") ? (void *)0x30 : NULL; }
int QueryFullProcessImageNameW(void *process, uint32_t flags, uint16_t *path, uint32_t *length) {
  if (process != (void *)0x30 || flags != 0) return 0;
  wide(path, text("WIN_PATH", ""), *length); *length = strlen(text("WIN_PATH", "")); return 1;
}
int CloseHandle(void *what) { note("close %lx", (long)what); return 1; }

/* state 0 active; flags 0 locked, 1 unlocked */
struct line { int id, state, flags; char station[40], user[24]; };
static int lines(struct line *to) {
  const char *at = text("WIN_SESSIONS", "1 0 1 Console ada");
  int count = 0;
  while (count < 8 && *at) {
    struct line *one = &to[count];
    memset(one, 0, sizeof *one);
    if (sscanf(at, "%d %d %d %39s %23[^\n]", &one->id, &one->state, &one->flags, one->station, one->user) >= 4) count++;
    at = strchr(at, '\n');
    if (!at) break;
    at++;
  }
  return count;
}
struct entry { uint32_t id; uint16_t *name; int32_t state; };
int WTSEnumerateSessionsW(void *server, uint32_t reserved, uint32_t version, struct entry **to, uint32_t *count) {
  struct line all[8];
  if (server || reserved || version != 1 || getenv("WIN_NO_SESSIONS")) return 0;
  *count = lines(all); *to = calloc(*count + 1, sizeof(struct entry)); taken++;
  for (uint32_t i = 0; i < *count; i++) { (*to)[i].id = all[i].id; (*to)[i].state = all[i].state; }
  return 1;
}
struct level1 { uint32_t id; int32_t state, flags; uint16_t station[33], user[21], domain[18]; int64_t times[5]; uint32_t counts[6]; };
struct about { uint32_t level; union { struct level1 one; } data; };
int WTSQuerySessionInformationW(void *server, uint32_t id, int class, struct about **to, uint32_t *bytes) {
  struct line all[8];
  int count = lines(all);
  if (server || class != 25) return 0;
  for (int i = 0; i < count; i++) if ((uint32_t)all[i].id == id) {
    struct about *made = calloc(1, sizeof *made); taken++;
    made->level = 1; made->data.one.id = id; made->data.one.state = all[i].state; made->data.one.flags = all[i].flags;
    wide(made->data.one.station, all[i].station, 33); wide(made->data.one.user, all[i].user, 21);
    *to = made; *bytes = sizeof *made; return 1;
  }
  return 0;
}
void WTSFreeMemory(void *what) { if (what) taken--; free(what); }
int stub_taken(void) { return taken; }

int GetSystemPowerStatus(uint8_t *status) {
  unsigned ac, flags, percent;
  if (sscanf(text("WIN_POWER", ""), "%u %u %u", &ac, &flags, &percent) != 3) return 0;
  status[0] = ac; status[1] = flags; status[2] = percent; return 1;
}
struct capabilities { uint8_t power, sleep, lid, s1, s2, s3, s4, s5, file, full, dim, apm, ups, thermal, throttle, least, most, fast, hibernates, wake, aoac; };
uint8_t GetPwrCapabilities(struct capabilities *to) {
  unsigned lid, s3, wake, aoac;
  if (sscanf(text("WIN_CAPABILITIES", ""), "%u %u %u %u", &lid, &s3, &wake, &aoac) != 4) return 0;
  to->lid = lid; to->s3 = s3; to->wake = wake; to->aoac = aoac; return 1;
}

uint32_t SetThreadExecutionState(uint32_t flags) { note("state %x", flags); return number("WIN_EXECUTION", 0x80000000); }
void *CreateWaitableTimerW(void *rights, int manual, uint16_t *name) { (void)rights; (void)name; return manual ? (void *)0x40 : NULL; }
int SetWaitableTimer(void *timer, int64_t *due, int32_t period, void *done, void *with, int resume) {
  note("timer %lx due %lld period %d resume %d", (long)timer, (long long)*due, period, resume);
  return !done && !with && number("WIN_TIMER", 1);
}
void *GetCurrentProcess(void) { return (void *)-1; }
int OpenProcessToken(void *process, uint32_t access, void **token) { if (process != (void *)-1 || access != 0x28) return 0; *token = (void *)0x50; return 1; }
int LookupPrivilegeValueW(uint16_t *system, uint16_t *name, uint64_t *luid) { char said[64]; int i = 0; for (; name[i] && i < 63; i++) said[i] = name[i]; said[i] = 0; *luid = 19; return !system && strcmp(said, "SeShutdownPrivilege") == 0; }
int AdjustTokenPrivileges(void *token, int off, uint32_t *to, uint32_t bytes, void *before, void *length) {
  (void)bytes; (void)before; (void)length;
  note("privilege %lx %d %u %u %u", (long)token, off, to[0], to[1], to[3]); return 1;
}
uint8_t SetSuspendState(uint8_t hibernate, uint8_t force, uint8_t deaf) { note("suspend %u %u %u", hibernate, force, deaf); return number("WIN_SUSPEND", 1); }
