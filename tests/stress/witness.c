// SPDX-License-Identifier: MIT
// A task that bears witness: lines `start TIME NAME RUN` and `end TIME NAME RUN` into
// DIRECTORY/log, and `overlap …` first where another run of NAME goes on. TIME is CLOCK_MONOTONIC
// in microseconds.
//
//   witness DIRECTORY NAME MILLISECONDS [QUEUE]
//
// QUEUE is a FIFO that gets a line when NAME begins for the first time (by a kill at this instant
// once more: rather than never).
//
// DIRECTORY/NAME is locked from start to end; the kernel lets go of it with the process, however it
// ends, so that no overlap can be missed and none be invented.
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/file.h>
#include <time.h>
#include <unistd.h>

static int say(int log, const char* what, const char* name)
{
  struct timespec now;
  clock_gettime(CLOCK_MONOTONIC, &now);
  const char* run = getenv("ASYNCZ_RUN_ID");
  char line[512];
  int length =
      snprintf(line, sizeof line, "%s %lld %s %s\n", what,
               (long long)now.tv_sec * 1000000 + now.tv_nsec / 1000, name, run ? run : "-");
  return write(log, line, (size_t)length) == length ? 0 : 1;  // one line, one write: never torn
}

static void say_first(int directory, const char* name, const char* queue)
{
  if (faccessat(directory, name, F_OK, 0) == 0) return;
  int fifo = open(queue, O_WRONLY | O_NONBLOCK | O_CLOEXEC);
  if (fifo >= 0 && write(fifo, "\n", 1) != 1) _exit(5);
}

int main(int argc, char** argv)
{
  if (argc < 4 || argc > 5) return 2;
  int directory = open(argv[1], O_RDONLY | O_DIRECTORY | O_CLOEXEC);
  int log = openat(directory, "log", O_WRONLY | O_APPEND | O_CLOEXEC);
  if (argc == 5) say_first(directory, argv[2], argv[4]);
  int mark = openat(directory, argv[2], O_WRONLY | O_CREAT | O_CLOEXEC, 0600);
  if (log < 0 || mark < 0) return 3;

  int alone = flock(mark, LOCK_EX | LOCK_NB) == 0;
  if (!alone && say(log, "overlap", argv[2]) != 0) return 4;
  if (say(log, "start", argv[2]) != 0) return 4;
  long milliseconds = atol(argv[3]);
  struct timespec work = {milliseconds / 1000, milliseconds % 1000 * 1000000};
  nanosleep(&work, NULL);
  return say(log, "end", argv[2]) == 0 ? 0 : 4;
}
