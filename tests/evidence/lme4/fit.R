# Fits each data set that comes in, one JSON object a line, with lme4 and lmerTest; the results go out as one JSON object.
#
#   python tests/evidence/lme4/generate.py | Rscript tests/evidence/lme4/fit.R > tests/evidence/lme4/recorded.json
#
# What is a witness must not have stopped early: lme4 is given an optimiser that tries several, keeps the lowest
# criterion, and ends with Newton steps on numerical derivatives. Needs the R packages lme4, lmerTest, jsonlite.

options(warn = 1)
invisible(Sys.setlocale("LC_COLLATE", "C"))
suppressMessages({library(lme4); library(lmerTest); library(jsonlite); library(numDeriv)})

# Newton steps on those parameters that are not at their bound.
polish <- function(fn, par, lower) {
  free <- which(!(is.finite(lower) & par <= lower))
  for (step in seq_len(if (length(free)) 8 else 0)) {
    at <- function(some) { whole <- par; whole[free] <- some; fn(pmax(whole, lower)) }
    slope <- grad(at, par[free])
    curve <- eigen(hessian(at, par[free]), symmetric = TRUE)
    keep <- curve$values > 1e-6 * max(curve$values)
    if (!any(keep)) break
    axes <- curve$vectors[, keep, drop = FALSE]
    move <- -axes %*% (crossprod(axes, slope) / curve$values[keep])
    new <- par
    new[free] <- par[free] + as.vector(move)
    new <- pmax(new, lower)
    if (!(fn(new) <= fn(par) + 1e-9)) break
    par <- new
    if (max(abs(move) / pmax(abs(par[free]), 1e-3)) < 1e-8) break
  }
  par
}

# A parameter that is as good as at its bound is put there.
to_bound <- function(fn, par, lower) {
  for (i in which(is.finite(lower) & par < 1e-2)) {
    there <- par
    there[i] <- lower[i]
    if (fn(there) <= fn(par) + 1e-8) par <- there
  }
  par
}

# What each parameter is multiplied by, so that a random effect counts by what it does to the outcome in any unit: a
# parameter stands in the row of one random term's column, whose root mean square it is.
sizes_of <- function(formula, data) {
  parts <- lFormula(formula, data = data, control = lmerControl(check.rankX = "silent.drop.cols", check.scaleX = "ignore"))$reTrms
  unlist(Map(function(Zt, terms) {
    q <- length(terms)
    root <- sqrt(tapply(rowSums(Zt^2), rep_len(seq_len(q), nrow(Zt)), sum) / ncol(Zt))
    root[row(diag(q))[lower.tri(diag(q), diag = TRUE)]]
  }, parts$Ztlist, parts$cnms))
}

witness <- function(fn, par, lower, upper, control, ...) {
  # ranova() refits smaller models with the same control.
  size <- if (length(control$size) == length(par)) control$size else 1
  # What lme4 hands over is the memory in which it keeps the current theta.
  par <- par + 0
  inner <- fn
  fn <- function(theta) inner(theta / size)
  starts <- list(par, par * .1, par * 5)
  tight <- list(xtol_abs = 1e-12, ftol_abs = 1e-13, xtol_rel = 1e-12, ftol_rel = 1e-15, maxeval = 5000)
  tries <- c(
    lapply(starts, function(from) tryCatch(
      minqa::bobyqa(from, fn, lower, upper, control = list(rhobeg = max(min(from[from > 0]) / 5, 1e-8),
                                                           rhoend = 1e-10, maxfun = 20000))$par,
      error = function(e) NULL)),
    list(tryCatch(nloptwrap(par, fn, lower, upper, control = tight)$par, error = function(e) NULL)),
    list(tryCatch(optim(par, fn, method = "L-BFGS-B", lower = lower, upper = upper,
                        control = list(factr = 10))$par, error = function(e) NULL)))
  tries <- Filter(Negate(is.null), tries)
  best <- tries[[which.min(vapply(tries, fn, 0))]]
  best <- polish(fn, to_bound(fn, best, lower), lower)
  list(par = best / size, fval = fn(best), conv = 0, feval = 0, message = "")
}

short <- function(x) signif(as.numeric(x), 10)
gone <- function(x) if (length(x)) x else list()

# Who is grouped by is a factor, so that `:` between two whole numbers is not taken for a sequence.
frame_of <- function(columns, formula) {
  data <- as.data.frame(columns, stringsAsFactors = FALSE, check.names = FALSE)
  for (name in unique(unlist(lapply(lme4::findbars(as.formula(formula)), function(bar) all.vars(bar[[3]])))))
    data[[name]] <- factor(data[[name]])
  data
}

fit_one <- function(case, optimizer = "witness", options = list()) {
  data <- frame_of(case$data, case$formula)
  control <- lmerControl(optimizer = optimizer, optCtrl = options, check.conv.singular = "ignore", check.conv.grad = "ignore",
                         check.conv.hess = "ignore", check.scaleX = "ignore", check.rankX = "silent.drop.cols",
                         calc.derivs = FALSE)
  formula <- as.formula(case$formula, env = globalenv())
  if (optimizer == "witness") control$optCtrl <- list(size = sizes_of(formula, data))
  call <- list(formula, data = data, REML = case$method == "reml", control = control)
  if (!is.null(case$weights)) call$weights <- as.name(case$weights)
  do.call(lmerTest::lmer, call)
}

# lmerTest's degrees of freedom come from numerical derivatives with steps and limits of one size for all units. Where
# columns are far from one, it is asked again with each in units of its own spread, which changes no degrees of freedom.
fixed <- function(m, case) {
  found <- coef(summary(m, ddf = "Satterthwaite"))
  numbers <- setdiff(names(which(sapply(case$data, is.numeric))), c(case$weights, names(m@flist)))
  used <- intersect(numbers, all.vars(formula(m)))
  spread <- sapply(case$data[used], sd, na.rm = TRUE)
  if (any(spread > 0 & (spread < 1e-3 | spread > 100))) {
    case$data[used] <- Map(`/`, case$data[used], ifelse(spread > 0, spread, 1))
    found[, "df"] <- coef(summary(fit_one(case), ddf = "Satterthwaite"))[, "df"]
    found[, 5] <- 2 * pt(-abs(found[, "t value"]), found[, "df"])
  }
  lapply(seq_len(nrow(found)), function(i)
    list(rownames(found)[i], short(found[i, 1]), short(found[i, 2]), short(found[i, 3]), short(found[i, 4]),
         short(found[i, 5])))
}

random <- function(m) {
  found <- as.data.frame(VarCorr(m), order = "lower.tri")
  found <- found[found$grp != "Residual", ]
  lapply(seq_len(nrow(found)), function(i)
    list(found$grp[i], found$var1[i], if (is.na(found$var2[i])) found$var1[i] else found$var2[i], short(found$vcov[i])))
}

# Group, level, term, conditional mode, its conditional SD: for the first two levels of each group.
effects_of <- function(m) {
  several <- any(duplicated(attr(getME(m, "flist"), "assign")))
  found <- ranef(m, condVar = !several)
  rows <- list()
  for (group in names(found)) {
    u <- found[[group]]
    v <- attr(u, "postVar")
    for (i in seq_len(min(2, nrow(u)))) for (j in seq_len(ncol(u)))
      rows[[length(rows) + 1]] <- list(group, rownames(u)[i], colnames(u)[j], short(u[i, j]),
                                       if (is.null(v)) NULL else short(sqrt(v[j, j, i])))
  }
  rows
}

# What isSingular says, after each random term's column has a mean square of one: with a column in millions, lme4 itself
# would call any small slope a singular one.
singular <- function(m) {
  sizes <- lapply(getME(m, "mmList"), function(z) sqrt(colMeans(z^2)))
  any(unlist(Map(function(L, size) diag(as.matrix(L)) * size, getME(m, "Tlist"), sizes)) < 1e-4)
}

rows_of <- function(table) lapply(seq_len(nrow(table)), function(i) c(rownames(table)[i], as.list(short(table[i, ]))))

# The profile goes with an optimiser of lme4's own, which it calls in its own way.
more_of <- function(m, case) {
  profiled <- fit_one(case, "bobyqa", list(rhoend = 1e-9))
  new <- frame_of(case$new, case$formula)
  ml <- if (isREML(m)) refitML(m) else m
  list(profile = rows_of(suppressWarnings(confint(profiled, method = "profile", oldNames = FALSE, quiet = TRUE))),
       ranova = rows_of(as.matrix(as.data.frame(ranova(m)))),
       predict = short(predict(m, new, allow.new.levels = TRUE)), predict_fixed = short(predict(m, new, re.form = NA)),
       ml_criterion = short(-2 * as.numeric(logLik(ml))), aic = short(AIC(m)), bic = short(BIC(m)))
}

record <- function(line) {
  case <- fromJSON(line)
  m <- fit_one(case)
  told <- list(name = case$name, hash = case$hash, fixed = fixed(m, case), random = random(m), sigma2 = short(sigma(m)^2),
       logLik = signif(as.numeric(logLik(m)), 12), criterion = signif(-2 * as.numeric(logLik(m)), 12),
       nobs = nobs(m), groups = as.list(ngrps(m)), singular = singular(m), is_singular = isSingular(m, tol = 1e-4),
       dropped = gone(as.list(names(attr(getME(m, "X"), "col.dropped")))), ranef = if (isFALSE(case$people)) list() else effects_of(m))
  if (isTRUE(case$more)) told$more <- more_of(m, case)
  told
}

stdin_lines <- file("stdin", "r", encoding = "UTF-8")
out <- lapply(readLines(stdin_lines, encoding = "UTF-8"), function(line) {
  started <- proc.time()[["elapsed"]]
  name <- sub('^\\{"name": "([^"]*)".*', "\\1", substr(line, 1, 80))
  told <- tryCatch(record(line), error = function(e) { message(name, ": ", conditionMessage(e)); NULL })
  message(name, " ", round(proc.time()[["elapsed"]] - started, 1), " s")
  told
})
versions <- c(R = as.character(getRversion()), sapply(c("lme4", "lmerTest"), function(p) as.character(packageVersion(p))))
each <- vapply(Filter(Negate(is.null), out), function(told) toJSON(told, auto_unbox = TRUE, digits = NA, null = "null"), "")
cat('{"versions": ', toJSON(as.list(versions), auto_unbox = TRUE), ', "fits": [\n', paste(each, collapse = ",\n"), "\n]}\n", sep = "")
