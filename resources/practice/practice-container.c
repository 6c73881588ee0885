/* The one program of the practice container: no library, no shell, no network; says that it is there, until it is asked to end. */
/* Usage: /practice-container [ends]    "ends": leaves after two seconds with code 3. Built by the commands in README.md. */

typedef unsigned long word;

#if defined(__x86_64__)
enum { WRITE = 1, EXIT_GROUP = 231, SIGPROCMASK = 14, SIGTIMEDWAIT = 128 };
static long call(long number, word a, word b, word c, word d) {
  long result;
  register word fourth __asm__("r10") = d;
  __asm__ volatile("syscall" : "=a"(result) : "a"(number), "D"(a), "S"(b), "d"(c), "r"(fourth) : "rcx", "r11", "memory");
  return result;
}
__asm__(".globl _start\n_start:\n  mov %rsp, %rdi\n  and $-16, %rsp\n  call begin\n");
#elif defined(__aarch64__)
enum { WRITE = 64, EXIT_GROUP = 94, SIGPROCMASK = 135, SIGTIMEDWAIT = 137 };
static long call(long number, word a, word b, word c, word d) {
  register long x8 __asm__("x8") = number;
  register word x0 __asm__("x0") = a;
  register word x1 __asm__("x1") = b;
  register word x2 __asm__("x2") = c;
  register word x3 __asm__("x3") = d;
  __asm__ volatile("svc 0" : "+r"(x0) : "r"(x8), "r"(x1), "r"(x2), "r"(x3) : "memory");
  return (long)x0;
}
__asm__(".globl _start\n_start:\n  mov x0, sp\n  bl begin\n");
#else
#error "x86_64 and aarch64 alone"
#endif

static void say(const char *text) {
  word length = 0;
  while (text[length] != 0) length++;
  call(WRITE, 1, (word)text, length, 0);
}

static int is_same(const char *one, const char *other) {
  while (*one != 0 && *one == *other) { one++; other++; }
  return *one == *other;
}

/* stack: the count of words, then the words, as the kernel lays them down. */
void begin(long *stack) {
  const char *asked = stack[0] > 1 ? (const char *)stack[2] : "";
  const int ends = is_same(asked, "ends");
  /* SIGINT (2) and SIGTERM (15), blocked and fetched: a signal without a handler never reaches the first process of a container. */
  const word signals = (1ul << (2 - 1)) | (1ul << (15 - 1));
  call(SIGPROCMASK, 0, (word)&signals, 0, sizeof signals);
  say("practice container: ready\n");
  for (;;) {
    const long pause[2] = {ends ? 2 : 30, 0};
    const long signal = call(SIGTIMEDWAIT, (word)&signals, 0, (word)pause, sizeof signals);
    if (signal > 0) {
      say("practice container: ended\n");
      call(EXIT_GROUP, 0, 0, 0, 0);
    }
    if (ends) {
      say("practice container: leaving, as it was told to\n");
      call(EXIT_GROUP, 3, 0, 0, 0);
    }
    say("practice container: still here\n");
  }
}
