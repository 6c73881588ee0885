/*
 * Stands between Idlewatt and the machine's real OpenCL, and lies as its environment tells it:
 *
 *   STUB_CL_PRINT=1          prints to stdout when it is loaded and at every build
 *   STUB_CL_NO_PLATFORM=1    no driver is registered with the loader (-1001)
 *   STUB_CL_MEMORY=zero|tenfold   what the device says of its memory, and of the largest allocation
 *   STUB_CL_UNITS=N          compute units
 *   STUB_CL_HALF=1           claims cl_khr_fp16, but no kernel that uses half compiles
 *   STUB_CL_TWINS=1          two GPUs of one name, told apart by their PCI addresses 0000:01:00.0 and 0000:02:00.0
 *   STUB_CL_NAME=text        the device's name
 *   STUB_CL_VENDOR=text      and its maker's
 *   STUB_CL_WRONG_AFTER=N    after N kernel launches, a bit of everything that is read back is flipped
 *   STUB_CL_LOSE_AFTER=N     after N kernel launches the device is lost: every call fails, for ever
 *   STUB_CL_LOSE_CODE=N      with this code; -36 where it is not set
 *   STUB_CL_HANG_AFTER=N     after N kernel launches clFinish never returns
 *   STUB_CL_LOG=FILE         a line for every context: the PCI address of its device
 *
 * It is linked with the real library, so that what is not written here is found there.
 */
#define _GNU_SOURCE
#include <dlfcn.h>
#include <fcntl.h>
#include <stdatomic.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

typedef int32_t cl_int;
typedef uint32_t cl_uint;
typedef uint64_t cl_ulong;
typedef void *handle;

#define MAX_COMPUTE_UNITS 0x1002
#define DEVICE_TYPE 0x1000
#define MAX_MEM_ALLOC_SIZE 0x1010
#define GLOBAL_MEM_SIZE 0x101f
#define DEVICE_NAME 0x102b
#define DEVICE_VENDOR 0x102c
#define DEVICE_EXTENSIONS 0x1030
#define HOST_UNIFIED_MEMORY 0x1035
#define PCI_BUS_INFO_KHR 0x410f
#define PROGRAM_BUILD_LOG 0x1183

static const char *const half_log = "error: half precision arithmetic is not supported by this target\n";
static atomic_int launches;
/* The second twin; its address is its handle. */
static handle twin_of;
static handle refused_program;

static const char *told(const char *name) {
  const char *value = getenv(name);
  return value != NULL && *value != '\0' ? value : NULL;
}

static int after(const char *name) {
  const char *value = told(name);
  return value != NULL && atomic_load(&launches) > atoi(value);
}

static cl_int lost(void) {
  if (!after("STUB_CL_LOSE_AFTER")) return 0;
  const char *code = told("STUB_CL_LOSE_CODE");
  return code != NULL ? atoi(code) : -36;
}

static void *real(const char *name) {
  static void *library;
  if (library == NULL) library = dlopen("libOpenCL.so.1", RTLD_NOW | RTLD_LOCAL);
  return library == NULL ? NULL : dlsym(library, name);
}
#define REAL(type, name) ((type)real(name))

static handle real_device(handle device) { return device == (handle)&twin_of ? twin_of : device; }

__attribute__((constructor)) static void hello(void) {
  static const char words[] = "[icd] driver loaded, telemetry enabled\n";
  if (told("STUB_CL_PRINT") && write(1, words, sizeof words - 1) < 0) abort();
}

cl_int clGetPlatformIDs(cl_uint max, handle *platforms, cl_uint *count) {
  if (told("STUB_CL_NO_PLATFORM")) return -1001;
  return REAL(cl_int(*)(cl_uint, handle *, cl_uint *), "clGetPlatformIDs")(max, platforms, count);
}

cl_int clGetDeviceIDs(handle platform, cl_ulong type, cl_uint max, handle *devices, cl_uint *count) {
  cl_uint found = 0;
  handle first = NULL;
  cl_int status = REAL(cl_int(*)(handle, cl_ulong, cl_uint, handle *, cl_uint *), "clGetDeviceIDs")(platform, type, 1, &first, &found);
  if (!told("STUB_CL_TWINS") || status != 0) return REAL(cl_int(*)(handle, cl_ulong, cl_uint, handle *, cl_uint *), "clGetDeviceIDs")(platform, type, max, devices, count);
  twin_of = first;
  if (count != NULL) *count = 2;
  if (devices != NULL && max > 0) devices[0] = first;
  if (devices != NULL && max > 1) devices[1] = (handle)&twin_of;
  return 0;
}

static cl_int answer(const void *fact, size_t length, size_t size, void *value, size_t *needed) {
  if (needed != NULL) *needed = length;
  if (value != NULL && size < length) return -30;
  if (value != NULL) memcpy(value, fact, length);
  return 0;
}

static cl_int real_info(handle device, cl_uint what, size_t size, void *value, size_t *needed) {
  return REAL(cl_int(*)(handle, cl_uint, size_t, void *, size_t *), "clGetDeviceInfo")(real_device(device), what, size, value, needed);
}

cl_int clGetDeviceInfo(handle device, cl_uint what, size_t size, void *value, size_t *needed) {
  const char *memory = told("STUB_CL_MEMORY");
  if (memory != NULL && (what == GLOBAL_MEM_SIZE || what == MAX_MEM_ALLOC_SIZE)) {
    cl_ulong bytes = 0;
    real_info(device, GLOBAL_MEM_SIZE, sizeof bytes, &bytes, NULL);
    bytes = strcmp(memory, "zero") == 0 ? 0 : bytes * 10;
    return answer(&bytes, sizeof bytes, size, value, needed);
  }
  if (told("STUB_CL_UNITS") && what == MAX_COMPUTE_UNITS) {
    cl_uint units = (cl_uint)atoi(told("STUB_CL_UNITS"));
    return answer(&units, sizeof units, size, value, needed);
  }
  const char *text = what == DEVICE_NAME ? told("STUB_CL_NAME") : what == DEVICE_VENDOR ? told("STUB_CL_VENDOR") : NULL;
  if (text != NULL) return answer(text, strlen(text) + 1, size, value, needed);
  if (told("STUB_CL_TWINS") && what == DEVICE_TYPE) {
    cl_ulong gpu = 4;
    return answer(&gpu, sizeof gpu, size, value, needed);
  }
  if (told("STUB_CL_TWINS") && what == PCI_BUS_INFO_KHR) {
    cl_uint place[4] = {0, device == (handle)&twin_of ? 2 : 1, 0, 0};
    return answer(place, sizeof place, size, value, needed);
  }
  if ((told("STUB_CL_HALF") || told("STUB_CL_TWINS")) && what == DEVICE_EXTENSIONS) {
    char text[16384] = "";
    real_info(device, what, sizeof text - 64, text, NULL);
    if (told("STUB_CL_HALF")) strcat(text, " cl_khr_fp16");
    if (told("STUB_CL_TWINS")) strcat(text, " cl_khr_pci_bus_info");
    return answer(text, strlen(text) + 1, size, value, needed);
  }
  return real_info(device, what, size, value, needed);
}

handle clCreateContext(const void *properties, cl_uint count, const handle *devices, void *notify, void *user, cl_int *status) {
  const char *log = told("STUB_CL_LOG");
  if (log != NULL) {
    int file = open(log, O_WRONLY | O_CREAT | O_APPEND, 0600);
    const char *line = devices[0] == (handle)&twin_of ? "0000:02:00.0\n" : "0000:01:00.0\n";
    if (file < 0 || write(file, line, strlen(line)) < 0) abort();
    close(file);
  }
  handle device = real_device(devices[0]);
  return REAL(handle(*)(const void *, cl_uint, const handle *, void *, void *, cl_int *), "clCreateContext")(properties, count, &device, notify, user, status);
}

handle clCreateCommandQueue(handle context, handle device, cl_ulong properties, cl_int *status) {
  return REAL(handle(*)(handle, handle, cl_ulong, cl_int *), "clCreateCommandQueue")(context, real_device(device), properties, status);
}

handle clCreateProgramWithSource(handle context, cl_uint count, const char **texts, const size_t *lengths, cl_int *status) {
  handle program = REAL(handle(*)(handle, cl_uint, const char **, const size_t *, cl_int *), "clCreateProgramWithSource")(context, count, texts, lengths, status);
  /* A new program may lie where a refused one lay. */
  if (program == refused_program) refused_program = NULL;
  for (cl_uint i = 0; i < count; i++)
    if (told("STUB_CL_HALF") && strstr(texts[i], "cl_khr_fp16") != NULL) refused_program = program;
  return program;
}

cl_int clBuildProgram(handle program, cl_uint count, const handle *devices, const char *options, void *notify, void *user) {
  if (told("STUB_CL_PRINT")) {
    printf("[icd] compiling with %s\n", options == NULL ? "" : options);
    fflush(stdout);
  }
  if (program == refused_program) return -11;
  handle device = count > 0 ? real_device(devices[0]) : NULL;
  return REAL(cl_int(*)(handle, cl_uint, const handle *, const char *, void *, void *), "clBuildProgram")(program, count, count > 0 ? &device : NULL, options, notify, user);
}

cl_int clGetProgramBuildInfo(handle program, handle device, cl_uint what, size_t size, void *value, size_t *needed) {
  if (program == refused_program && what == PROGRAM_BUILD_LOG) return answer(half_log, strlen(half_log) + 1, size, value, needed);
  return REAL(cl_int(*)(handle, handle, cl_uint, size_t, void *, size_t *), "clGetProgramBuildInfo")(program, real_device(device), what, size, value, needed);
}

cl_int clGetKernelWorkGroupInfo(handle kernel, handle device, cl_uint what, size_t size, void *value, size_t *needed) {
  return REAL(cl_int(*)(handle, handle, cl_uint, size_t, void *, size_t *), "clGetKernelWorkGroupInfo")(kernel, real_device(device), what, size, value, needed);
}

cl_int clEnqueueNDRangeKernel(handle queue, handle kernel, cl_uint dimensions, const size_t *offset, const size_t *global, const size_t *local, cl_uint waits, const handle *wait, handle *event) {
  atomic_fetch_add(&launches, 1);
  cl_int code = lost();
  if (code != 0) return code;
  return REAL(cl_int(*)(handle, handle, cl_uint, const size_t *, const size_t *, const size_t *, cl_uint, const handle *, handle *), "clEnqueueNDRangeKernel")(queue, kernel, dimensions, offset, global, local, waits, wait, event);
}

cl_int clEnqueueReadBuffer(handle queue, handle buffer, cl_uint blocking, size_t offset, size_t bytes, void *into, cl_uint waits, const handle *wait, handle *event) {
  cl_int code = lost();
  if (code != 0) return code;
  int isWrong = after("STUB_CL_WRONG_AFTER");
  code = REAL(cl_int(*)(handle, handle, cl_uint, size_t, size_t, void *, cl_uint, const handle *, handle *), "clEnqueueReadBuffer")(queue, buffer, isWrong ? 1 : blocking, offset, bytes, into, waits, wait, event);
  if (code != 0 || !isWrong) return code;
  /* The next but highest bit of every 32: a float by orders of magnitude, an integer by much. */
  for (size_t i = 3; i < bytes; i += 4) ((uint8_t *)into)[i] ^= 0x40;
  return 0;
}

cl_int clFlush(handle queue) {
  cl_int code = lost();
  return code != 0 ? code : REAL(cl_int(*)(handle), "clFlush")(queue);
}

cl_int clFinish(handle queue) {
  while (after("STUB_CL_HANG_AFTER")) pause();
  cl_int code = lost();
  return code != 0 ? code : REAL(cl_int(*)(handle), "clFinish")(queue);
}
