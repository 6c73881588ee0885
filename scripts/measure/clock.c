/* The processor's true clock: a chain of additions, each waiting for the one before, takes one cycle apiece. Prints GHz. */
#include <stdio.h>
#include <time.h>

static double now(void)
{
    struct timespec t;
    clock_gettime(CLOCK_MONOTONIC, &t);
    return (double)t.tv_sec + (double)t.tv_nsec * 1e-9;
}

int main(void)
{
    const unsigned long rounds = 20000000;
    unsigned long sum = 1;
    double best = 0;
    for (int run = 0; run < 3; run++) {
        const double before = now();
        for (unsigned long i = 0; i < rounds; i++) {
#if defined(__x86_64__)
            __asm__ volatile("add %1,%0\n add %1,%0\n add %1,%0\n add %1,%0\n add %1,%0\n add %1,%0\n add %1,%0\n add %1,%0\n add %1,%0\n add %1,%0\n" : "+r"(sum) : "r"(i));
#elif defined(__aarch64__)
            __asm__ volatile("add %0,%0,%1\n add %0,%0,%1\n add %0,%0,%1\n add %0,%0,%1\n add %0,%0,%1\n add %0,%0,%1\n add %0,%0,%1\n add %0,%0,%1\n add %0,%0,%1\n add %0,%0,%1\n" : "+r"(sum) : "r"(i));
#else
#error "the clock is measured on x86-64 and arm64 only"
#endif
        }
        const double ghz = (double)rounds * 10 / (now() - before) / 1e9;
        if (ghz > best) best = ghz;
    }
    printf("%.4f\n", best);
    return sum == 0;
}
