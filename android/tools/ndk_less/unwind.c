/* An empty stack for std's backtraces, in place of the NDK's libunwind. Enough where a panic aborts,
   which is why what is linked with it is a check of the linking and never a release. */

typedef unsigned long word;

int _Unwind_Backtrace(void *each, void *argument) { return 5; }
word _Unwind_GetIP(void *frame) { return 0; }
word _Unwind_GetIPInfo(void *frame, int *before) {
  if (before) *before = 0;
  return 0;
}
word _Unwind_GetCFA(void *frame) { return 0; }
word _Unwind_GetLanguageSpecificData(void *frame) { return 0; }
word _Unwind_GetRegionStart(void *frame) { return 0; }
word _Unwind_GetTextRelBase(void *frame) { return 0; }
word _Unwind_GetDataRelBase(void *frame) { return 0; }
void _Unwind_SetGR(void *frame, int at, word value) {}
void _Unwind_SetIP(void *frame, word value) {}
void *_Unwind_FindEnclosingFunction(void *at) { return 0; }
void _Unwind_DeleteException(void *exception) {}
int _Unwind_RaiseException(void *exception) { __builtin_trap(); }
void _Unwind_Resume(void *exception) { __builtin_trap(); }
