"""One module per thing a user can do: plain values in, a result out; nothing is printed here and no clock is read."""
