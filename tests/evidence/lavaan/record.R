# What lavaan and psych say of the generated data, and of two data sets that ship with lavaan by their means and
# covariances alone. Writes lavaan.json.
#
#   python tests/evidence/lavaan/made.py FOLDER; Rscript tests/evidence/lavaan/record.R FOLDER tests/evidence/lavaan
#
# Needs the R packages lavaan, psych, lme4, jsonlite.

suppressMessages({library(lavaan); library(psych); library(jsonlite)})
given <- commandArgs(TRUE)
read <- function(name) read.csv(file.path(given[1], paste0(name, ".csv")), na.strings = "nan")
sharp <- list(iter.max = 10000, eval.max = 20000)
kept <- c("chisq", "df", "pvalue", "cfi", "tli", "rmsea", "rmsea.ci.lower", "rmsea.ci.upper", "srmr", "logl", "aic",
          "bic", "npar", "baseline.chisq", "baseline.df")

# Fit and estimates; std only where asked for.
told <- function(fit, std = FALSE) {
  e <- parameterEstimates(fit)
  e$group <- if (is.null(e$group)) 1 else e$group
  rows <- data.frame(term = trimws(paste(e$lhs, e$op, e$rhs)), group = e$group, est = e$est, se = e$se)
  if (std) { s <- standardizedSolution(fit); rows$std <- s$est.std; rows$std_se <- s$se }
  rows <- rows[!is.na(rows$se) & rows$se > 0, ]
  known <- fitMeasures(fit)
  list(fit = as.list(known[intersect(kept, names(known))]), estimates = rows)
}

riclpm <- function(T, equal) {
  t <- seq_len(T)
  rows <- c(
    paste("between.x =~", paste0("1*x", t, collapse = " + ")), paste("between.y =~", paste0("1*y", t, collapse = " + ")),
    paste0("within.x", t, " =~ 1*x", t), paste0("within.y", t, " =~ 1*y", t), paste0("x", t, " ~ 1"), paste0("y", t, " ~ 1"),
    paste0("x", t, " ~~ 0*x", t), paste0("y", t, " ~~ 0*y", t),
    "between.x ~~ between.x", "between.y ~~ between.y", "between.x ~~ between.y",
    paste0("within.x", t, " ~~ within.x", t), paste0("within.y", t, " ~~ within.y", t),
    paste0("within.x", t, " ~~ within.y", t))
  label <- function(letter) if (equal) paste0(letter, "*") else ""
  for (k in t[-1]) rows <- c(rows,
    paste0("within.x", k, " ~ ", label("alpha"), "within.x", k - 1, " + ", label("beta"), "within.y", k - 1),
    paste0("within.y", k, " ~ ", label("gamma"), "within.x", k - 1, " + ", label("delta"), "within.y", k - 1))
  paste(rows, collapse = "\n")
}

out <- list(lavaan = as.character(packageVersion("lavaan")), psych = as.character(packageVersion("psych")))

for (name in c("panel3", "panel3missing", "panel5", "panel5missing", "panel8missing", "panel20")) {
  d <- read(name)
  for (equal in c(TRUE, FALSE)) {
    if (name == "panel20" && !equal) next
    fit <- lavaan(riclpm(ncol(d) / 2, equal), d, missing = if (anyNA(d)) "fiml" else "listwise", meanstructure = TRUE,
                  control = sharp)
    out$ri_clpm[[paste(name, if (equal) "constrained" else "free")]] <- told(fit, std = TRUE)
  }
}

two <- "f =~ x1 + x2 + x3\nh =~ x4 + x5 + x6"
d <- read("factors"); m <- read("factorsmissing")
out$cfa$plain <- told(cfa(two, d, control = sharp), TRUE)
out$cfa$observed <- told(cfa(two, d, information = "observed", control = sharp))
out$cfa$fiml <- told(cfa(two, m, missing = "fiml", control = sharp), TRUE)
out$cfa$fiml_expected <- told(cfa(two, m, missing = "fiml", information = "expected", control = sharp))
out$cfa$std_lv <- told(cfa(two, d, std.lv = TRUE, control = sharp))
out$cfa$labels <- told(cfa("f =~ NA*x1 + a*x2 + a*x3\nh =~ x4 + 0.75*x5 + x6\nf ~~ 1*f\nx1 ~~ x4\nf ~~ 0*h", d, control = sharp), TRUE)
out$cfa$second_order <- told(cfa("f =~ x1 + x2 + x3\nh =~ x4 + x5 + x6\ntop =~ 1*f + 1*h", d, control = sharp), TRUE)
steps <- list(configural = "", metric = "loadings", scalar = c("loadings", "intercepts"),
              strict = c("loadings", "intercepts", "residuals"))
for (step in names(steps)) {
  out$groups[[step]] <- told(cfa(two, d, group = "g", group.equal = steps[[step]], control = sharp))
  out$groups_missing[[step]] <- told(cfa(two, m, group = "g", missing = "fiml", group.equal = steps[[step]], control = sharp))
}

# The same four items at three sessions.
over_time <- function(step) {
  s <- c(1, 3, 6); rows <- c()
  for (k in seq_along(s)) {
    mark <- function(what, item, from) if (step %in% from) paste0(what, item, "*") else ""
    rows <- c(rows,
      paste0("t", s[k], " =~ 1*a_", s[k], paste0(" + ", sapply(c("b", "c", "d"), function(i) mark("l", i, names(steps)[2:4])), c("b", "c", "d"), "_", s[k], collapse = "")),
      paste0(c("a", "b", "c", "d"), "_", s[k], " ~ ", sapply(c("a", "b", "c", "d"), function(i) mark("n", i, names(steps)[3:4])), "1"),
      paste0(c("a", "b", "c", "d"), "_", s[k], " ~~ ", sapply(c("a", "b", "c", "d"), function(i) mark("r", i, names(steps)[4])), c("a", "b", "c", "d"), "_", s[k]),
      if (k > 1 && step %in% names(steps)[3:4]) paste0("t", s[k], " ~ 1"))
    for (j in seq_len(k - 1)) rows <- c(rows, paste0(c("a", "b", "c", "d"), "_", s[k], " ~~ ", c("a", "b", "c", "d"), "_", s[j]))
  }
  paste(c(rows, "t1 ~~ t1 + t3 + t6", "t3 ~~ t3 + t6", "t6 ~~ t6"), collapse = "\n")
}
r <- read("repeated")
for (step in names(steps)) out$over_time[[step]] <- told(lavaan(over_time(step), r, missing = "fiml", meanstructure = TRUE, control = sharp))

# Two levels, with omega and its error.
levels2 <- function(items) {
  l <- function(level) paste0("f", level, " =~ ", paste0(c("1*", paste0("l", level, seq_along(items)[-1], "*")), items, collapse = " + "),
    "\nf", level, " ~~ v", level, "*f", level, "\n", paste0(items, " ~~ e", level, seq_along(items), "*", items, collapse = "\n"))
  w <- function(level) {
    sum_l <- paste0("(1 + ", paste0("l", level, seq_along(items)[-1], collapse = " + "), ")")
    paste0("omega_", level, " := ", sum_l, "^2*v", level, "/(", sum_l, "^2*v", level, " + ", paste0("e", level, seq_along(items), collapse = " + "), ")")
  }
  paste("level: 1", l("w"), "level: 2", l("b"), w("w"), w("b"), sep = "\n")
}
two_level <- function(d, items, cluster) {
  fit <- sem(levels2(items), d, cluster = cluster, control = sharp)
  e <- parameterEstimates(fit)
  c(told(fit)["fit"], list(
    estimates = data.frame(term = paste(e$lhs, e$op, e$rhs), level = e$level, est = e$est, se = e$se)[e$op != ":=" & e$se > 0, ],
    omega = as.list(setNames(e$est[e$op == ":="], e$lhs[e$op == ":="])),
    omega_se = as.list(setNames(e$se[e$op == ":="], e$lhs[e$op == ":="]))))
}
s <- read("sessions")
out$two_level <- two_level(s, paste0("i", 1:4), "client")
demo <- Demo.twolevel
out$demo <- two_level(demo, paste0("y", 1:3), "cluster")
out$demo4 <- two_level(demo, paste0("y", 1:4), "cluster")
# All that a fit needs: the covariance within, and of each cluster size how many, and their means and covariances.
y <- as.matrix(demo[, paste0("y", 1:4)]); n <- table(demo$cluster); mean_of <- rowsum(y, demo$cluster) / as.vector(n)
off <- y - mean_of[as.character(demo$cluster), ]
out$demo_statistics <- list(rows = nrow(y), clusters = length(n), within = unname(crossprod(off) / (nrow(y) - length(n))),
  sizes = lapply(sort(unique(as.vector(n))), function(size) {
    own <- mean_of[as.vector(n) == size, ]
    list(size = size, n = nrow(own), mean = unname(colMeans(own)), cov = unname(cov(own)))
  }))

# Holzinger and Swineford 1939, by school: means and covariances, and what lavaan makes of them.
hs <- HolzingerSwineford1939; x <- paste0("x", 1:9)
three <- "visual =~ x1 + x2 + x3\ntextual =~ x4 + x5 + x6\nspeed =~ x7 + x8 + x9"
moments_of <- function(d) list(n = nrow(d), mean = unname(colMeans(d[, x])), cov = unname(cov(d[, x])))
out$hs_statistics <- list(all = moments_of(hs), schools = lapply(split(hs, factor(hs$school, unique(hs$school))), moments_of))
out$hs$all <- told(cfa(three, hs, control = sharp), TRUE)
for (step in names(steps)) out$hs[[step]] <- told(cfa(three, hs, group = "school", group.equal = steps[[step]], control = sharp))
for (f in list(c("visual", 1), c("textual", 4), c("speed", 7))) {
  own <- hs[, paste0("x", as.integer(f[2]) + 0:2)]
  l <- inspect(cfa(paste("f =~", paste(names(own), collapse = " + ")), own, std.lv = TRUE, control = sharp), "est")
  out$hs_reliability[[f[1]]] <- list(alpha = psych::alpha(own)$total$raw_alpha,
    omega = sum(l$lambda)^2 / (sum(l$lambda)^2 + sum(diag(l$theta))))
}

# Reliability of one scale.
q <- read("scale")
one <- "f =~ l1*q1 + l2*q2 + l3*q3 + l4*q4 + l5*q5 + l6*q6\n"
one <- paste0(one, paste0("q", 1:6, " ~~ e", 1:6, "*q", 1:6, collapse = "\n"), "\nL := l1 + l2 + l3 + l4 + l5 + l6\n",
              "omega := L^2/(L^2 + e1 + e2 + e3 + e4 + e5 + e6)")
e <- parameterEstimates(cfa(one, q, std.lv = TRUE, control = sharp))
feldt <- psych::alpha.ci(psych::alpha(q)$total$raw_alpha, nrow(q), n.var = 6)
out$scale <- list(alpha = psych::alpha(q)$total$raw_alpha, feldt = c(feldt$lower.ci, feldt$upper.ci),
                  omega = e$est[e$lhs == "omega"], omega_se = e$se[e$lhs == "omega"])

# Reliability of change: crossed by psych; with sessions of each person's own by lme4, which on equally many sessions is
# the analysis of variance.
d <- read("same")
change <- suppressWarnings(mlr(d, grp = "client", Time = "session", items = paste0("i", 1:4), aov = TRUE,
                               lme = FALSE, alpha = FALSE, plot = FALSE))
long <- reshape(d, direction = "long", varying = paste0("i", 1:4), v.names = "y", timevar = "item", times = 1:4)
own <- lme4::lmer(y ~ factor(item) + (1 | client) + (1 | client:item) + (1 | client:session), long,
                  control = lme4::lmerControl(optCtrl = list(ftol_abs = 1e-12, xtol_abs = 1e-10)))
v <- as.data.frame(lme4::VarCorr(own)); v <- setNames(v$vcov, v$grp)
out$of_change <- list(crossed = change$Rc, nested = unname(v["client:session"] / (v["client:session"] + v["Residual"] / 4)))

write(toJSON(out, digits = 10, auto_unbox = TRUE, pretty = FALSE, na = "null"), file.path(given[2], "lavaan.json"))
