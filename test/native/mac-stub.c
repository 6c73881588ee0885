/* The functions of macOS that the policy calls, scripted from outside: stands in for CoreFoundation and CoreGraphics in tests.
 *
 *   MAC_INPUT=12.5       seconds since the last input       MAC_SESSION="console locked"   -1: that key is not there; unset: no session
 *   MAC_WINDOWS: lines "pid layer x y width height program", front to back
 *   MAC_DISPLAYS: lines "x y width height"
 */
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { STRING = 7, BOOLEAN = 21, NUMBER = 22, MAP = 18, LIST = 19 };
typedef struct thing { int kind, count, isOwned; double number; char text[128]; struct thing *keys[8], *values[8], *items[64]; } Thing;
static int living = 0;

static Thing *make(int kind) { Thing *made = calloc(1, sizeof *made); made->kind = kind; living++; return made; }
static Thing *word(const char *text) { Thing *made = make(STRING); snprintf(made->text, sizeof made->text, "%s", text); return made; }
static Thing *figure(double value) { Thing *made = make(NUMBER); made->number = value; return made; }
static void put(Thing *map, const char *key, Thing *value) { map->keys[map->count] = word(key); map->values[map->count++] = value; }

void CFRelease(Thing *what) {
  if (what->kind == MAP) for (int i = 0; i < what->count; i++) { CFRelease(what->keys[i]); CFRelease(what->values[i]); }
  if (what->kind == LIST) for (int i = 0; i < what->count; i++) CFRelease(what->items[i]);
  living--; free(what);
}
int stub_living(void) { return living; }
Thing *CFStringCreateWithCString(void *allocator, const char *text, uint32_t encoding) { return allocator || encoding != 0x08000100 ? NULL : word(text); }
uint8_t CFStringGetCString(Thing *what, char *to, intptr_t bytes, uint32_t encoding) {
  if (what->kind != STRING || encoding != 0x08000100 || (intptr_t)strlen(what->text) >= bytes) return 0;
  strcpy(to, what->text); return 1;
}
Thing *CFDictionaryGetValue(Thing *map, Thing *key) {
  for (int i = 0; i < map->count; i++) if (strcmp(map->keys[i]->text, key->text) == 0) return map->values[i];
  return NULL;
}
intptr_t CFArrayGetCount(Thing *list) { return list->count; }
Thing *CFArrayGetValueAtIndex(Thing *list, intptr_t index) { return list->items[index]; }
uintptr_t CFGetTypeID(Thing *what) { return what->kind; }
uintptr_t CFBooleanGetTypeID(void) { return BOOLEAN; }
uintptr_t CFNumberGetTypeID(void) { return NUMBER; }
uint8_t CFBooleanGetValue(Thing *what) { return what->number != 0; }
uint8_t CFNumberGetValue(Thing *what, intptr_t type, double *to) { if (type != 13) return 0; *to = what->number; return 1; }

double CGEventSourceSecondsSinceLastEventType(int state, uint32_t type) { const char *value = getenv("MAC_INPUT"); return state == 0 && type == 0xffffffff && value ? atof(value) : -1; }
Thing *CGSessionCopyCurrentDictionary(void) {
  int console, locked;
  if (sscanf(getenv("MAC_SESSION") ? getenv("MAC_SESSION") : "", "%d %d", &console, &locked) != 2) return NULL;
  Thing *map = make(MAP);
  put(map, "kCGSSessionUserNameKey", word("ada"));
  if (console >= 0) { Thing *value = make(BOOLEAN); value->number = console; put(map, "kCGSSessionOnConsoleKey", value); }
  /* Older systems write a number here. */
  if (locked >= 0) put(map, "CGSSessionScreenIsLocked", figure(locked));
  return map;
}
Thing *CGWindowListCopyWindowInfo(uint32_t which, uint32_t relative) {
  const char *at = getenv("MAC_WINDOWS");
  if (!at || which != 17 || relative != 0) return NULL;
  Thing *list = make(LIST);
  while (*at) {
    int pid, layer; double x, y, width, height; char program[64];
    if (sscanf(at, "%d %d %lf %lf %lf %lf %63[^\n]", &pid, &layer, &x, &y, &width, &height, program) == 7) {
      Thing *bounds = make(MAP), *window = make(MAP);
      put(bounds, "X", figure(x)); put(bounds, "Y", figure(y)); put(bounds, "Width", figure(width)); put(bounds, "Height", figure(height));
      put(window, "kCGWindowOwnerPID", figure(pid)); put(window, "kCGWindowLayer", figure(layer));
      put(window, "kCGWindowBounds", bounds); put(window, "kCGWindowOwnerName", word(program));
      list->items[list->count++] = window;
    }
    at = strchr(at, '\n');
    if (!at) break;
    at++;
  }
  return list;
}
struct rectangle { double x, y, width, height; };
int CGGetActiveDisplayList(uint32_t most, uint32_t *ids, uint32_t *count) {
  const char *at = getenv("MAC_DISPLAYS");
  *count = 0;
  while (at && *at && *count < most) { ids[*count] = 100 + *count; (*count)++; at = strchr(at, '\n'); if (at) at++; }
  return 0;
}
struct rectangle CGDisplayBounds(uint32_t id) {
  const char *at = getenv("MAC_DISPLAYS");
  struct rectangle found = {0, 0, 0, 0};
  for (uint32_t i = 100; i < id && at; i++) { at = strchr(at, '\n'); if (at) at++; }
  if (at) sscanf(at, "%lf %lf %lf %lf", &found.x, &found.y, &found.width, &found.height);
  return found;
}
