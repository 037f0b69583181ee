/* A disk that knows no locks, as some network shares are. */
#include <errno.h>

int flock(int descriptor, int operation)
{
    (void)descriptor;
    (void)operation;
    errno = ENOLCK;
    return -1;
}
