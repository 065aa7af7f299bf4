# The mixed model of bench/evidence.py by lme4. A peer for that bench, and nothing else.
#
#   Rscript mixed_model.R fit|refits default|quick FOLDER ROWS
#
# FOLDER holds the columns as numbers, as bench/evidence.py writes them. `quick` leaves out the derivatives that lme4 takes
# after the fit to judge it; `refits` draws therapists anew with all their clients and fits again, three times. On stdout one
# JSON object: seconds, CPU seconds, peak MB, fixed effects, variances, criterion. R's start and reading are not timed.

suppressMessages(library(lme4))
given <- commandArgs(TRUE)
rows <- as.integer(given[4])
column <- function(name, what, size) readBin(file.path(given[3], name), what, rows, size)
d <- data.frame(y = column("y", "double", 8), within = column("within", "double", 8),
                between = column("between", "double", 8), session = column("session", "double", 8),
                client = column("client", "integer", 4), therapist = column("therapist", "integer", 4))
control <- lmerControl(calc.derivs = given[2] == "default")
model <- y ~ within + between + session + (1 + within | client) + (1 | therapist)
fit <- function(data) suppressWarnings(lmer(model, data, control = control))

# Somebody drawn twice counts as two.
drawn <- function() {
  of <- split(seq_len(rows), d$therapist)
  chosen <- sample(length(of), replace = TRUE)
  new <- d[unlist(of[chosen]), ]
  copy <- rep(seq_along(chosen), lengths(of)[chosen])
  new$client <- new$client + copy * (max(d$client) + 1)
  new$therapist <- copy
  new
}

times <- if (given[1] == "refits") 3 else 1
set.seed(1)
data <- if (given[1] == "refits") replicate(times, drawn(), simplify = FALSE) else list(d)
start <- proc.time()
for (each in data) m <- fit(each)
took <- (proc.time() - start) / times
v <- VarCorr(m)
status <- if (file.exists("/proc/self/status")) readLines("/proc/self/status") else character()
peak <- as.numeric(gsub("\\D", "", grep("^VmHWM", status, value = TRUE))) / 1024
list_of <- function(x) paste0("[", paste(format(x, digits = 15), collapse = ", "), "]")
cat(sprintf('{"seconds": %s, "cpu": %s, "peak_mb": %s, "fixed": %s, "variances": %s, "criterion": %s, "version": "%s"}\n',
            took[["elapsed"]], took[["user.self"]] + took[["sys.self"]], if (length(peak)) round(peak) else "null",
            list_of(fixef(m)), list_of(c(v$client[c(1, 2, 4)], v$therapist[1], sigma(m)^2)),
            format(REMLcrit(m), digits = 15), packageVersion("lme4")))
