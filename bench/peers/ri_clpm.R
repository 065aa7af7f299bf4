# The random-intercept cross-lagged panel model by lavaan. A peer for bench/evidence_structural.py, and nothing else.
#
#   Rscript ri_clpm.R PANEL ml|fiml constrained|free REPEATS
#
# PANEL has a row a person, x1 .. and y1 .., empty where nothing was given. On stdout: seconds, CPU seconds (medians),
# chi-square, and the first lagged path. Starting R and reading the file are not timed; standard errors are.

suppressMessages(library(lavaan))
given <- commandArgs(TRUE)
d <- read.csv(given[1], na.strings = "nan")
waves <- seq_len(ncol(d) / 2)
label <- function(letter) if (given[3] == "constrained") paste0(letter, "*") else ""
rows <- c(
  paste("bx =~", paste0("1*x", waves, collapse = " + ")), paste("by =~", paste0("1*y", waves, collapse = " + ")),
  paste0("wx", waves, " =~ 1*x", waves), paste0("wy", waves, " =~ 1*y", waves),
  paste0("x", waves, " ~ 1"), paste0("y", waves, " ~ 1"), paste0("x", waves, " ~~ 0*x", waves),
  paste0("y", waves, " ~~ 0*y", waves), "bx ~~ bx", "by ~~ by", "bx ~~ by", paste0("wx", waves, " ~~ wx", waves),
  paste0("wy", waves, " ~~ wy", waves), paste0("wx", waves, " ~~ wy", waves))
for (t in waves[-1]) rows <- c(rows,
  paste0("wx", t, " ~ ", label("a"), "wx", t - 1, " + ", label("b"), "wy", t - 1),
  paste0("wy", t, " ~ ", label("c"), "wx", t - 1, " + ", label("d"), "wy", t - 1))
model <- paste(rows, collapse = "\n")

run <- function() lavaan(model, d, meanstructure = TRUE, missing = if (given[2] == "fiml") "fiml" else "listwise")
fit <- run()
took <- replicate(as.integer(given[4]), { t <- system.time(run()); c(t[["elapsed"]], t[["user.self"]] + t[["sys.self"]]) })
e <- parameterEstimates(fit)
at <- which(e$op == "~")[1]
cat(median(took[1, ]), median(took[2, ]), fitMeasures(fit, "chisq"), e$est[at], e$se[at])
