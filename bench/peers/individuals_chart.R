# The lower control limit of an individuals chart before each rating, from all ratings before it, at least four:
# mean - 3 (mean moving range) / d2. A peer for bench/alliance.py, and nothing else.
#
#   Rscript individuals_chart.R base|qcc RATINGS REPEATS LIMITS
#
# RATINGS has a course a line, NA where a session was not rated; LIMITS is written in the same form. On stdout:
# seconds, CPU seconds (medians), peak MB, and who. Starting R and reading the file are not timed.

given <- commandArgs(TRUE)
ratings <- as.matrix(read.table(given[2], na.strings = "nan"))
least <- 4
# As tables of control charts have it, qcc among them.
d2 <- 1.128

# Whole vectors: what is known before each rating is a running sum.
base_limits <- function(y) {
  rated <- which(!is.na(y))
  x <- y[rated]
  n <- length(x)
  lower <- rep(NA_real_, length(y))
  if (n > least) {
    before <- least:(n - 1)
    centre <- cumsum(x)[before] / before
    moving <- cumsum(abs(diff(x)))[before - 1] / (before - 1)
    lower[rated[before + 1]] <- centre - 3 * moving / d2
  }
  lower
}

# As one calls it: a chart for the ratings so far, before each new one.
qcc_limits <- function(y) {
  rated <- which(!is.na(y))
  lower <- rep(NA_real_, length(y))
  for (k in seq_along(rated)[-seq_len(least)]) {
    chart <- qcc::qcc(y[rated[seq_len(k - 1)]], type = "xbar.one", plot = FALSE)
    lower[rated[k]] <- chart$limits[1, 1]
  }
  lower
}

if (given[1] == "qcc" && !requireNamespace("qcc", quietly = TRUE)) {
  write("the R package qcc is not installed (Debian 12 has no r-cran-qcc); 'R base' does its arithmetic", stderr())
  quit(status = 3)
}
limits <- if (given[1] == "qcc") qcc_limits else base_limits
lower <- t(apply(ratings, 1, limits))
took <- replicate(as.integer(given[3]), {
  start <- proc.time()
  apply(ratings, 1, limits)
  (proc.time() - start)[c("elapsed", "user.self", "sys.self")]
})
write.table(format(lower, digits = 17), given[4], quote = FALSE, row.names = FALSE, col.names = FALSE)
status <- if (file.exists("/proc/self/status")) readLines("/proc/self/status") else character()
peak <- as.numeric(gsub("\\D", "", grep("^VmHWM", status, value = TRUE))) / 1024
who <- paste("R", getRversion(), if (given[1] == "qcc") paste("qcc", packageVersion("qcc")))
cat(median(took[1, ]), median(took[2, ] + took[3, ]), if (length(peak)) round(peak) else "nan", who, "\n")
