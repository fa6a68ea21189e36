/* Bionic's, as far as the core's crates use it. */
#undef assert
#ifdef NDEBUG
#define assert(holds) ((void)0)
#else
void __assert2(const char *, int, const char *, const char *) __attribute__((noreturn));
#define assert(holds) ((holds) ? (void)0 : __assert2(__FILE__, __LINE__, __func__, #holds))
#endif
#ifndef static_assert
#define static_assert _Static_assert
#endif
