# What R's metafor says of generated studies: `Rscript record.R` writes metafor.json beside this file.
# Recorded with R 4.2.2 and metafor 3.8-1; the tests read the file, R is not needed for them.
suppressMessages({library(metafor); library(jsonlite)})
set.seed(20240607)

made <- function(k, tau2, small, large) {
  v <- runif(k, small, large)
  list(y = rnorm(k, 0.3, sqrt(v + tau2)), v = v)
}
sets <- list(
  few = made(4, 0.05, 0.01, 0.08), usual = made(15, 0.04, 0.01, 0.1), many = made(80, 0.2, 0.005, 0.3),
  none = list(y = c(.30, .31, .29, .305, .295, .30), v = c(.02, .05, .03, .04, .02, .06)),
  two = list(y = c(.1, .9), v = c(.02, .04)), uneven = made(12, 0.1, 1e-4, 2),
  large = made(30, 2, 0.01, 0.05), one = list(y = .42, v = .01)
)
for (s in 1:20) sets[[paste0("drawn", s)]] <- made(sample(3:40, 1), sample(c(0, .01, .1, .5), 1), .01, .2)

fine <- list(threshold = 1e-13, maxiter = 1000)
told <- function(m, d, k) {
  p <- predict(m)
  out <- list(estimate = c(m$beta), se = m$se, low = m$ci.lb, high = m$ci.ub, p = m$pval,
              tau2 = m$tau2, tau2_se = m$se.tau2, i2 = m$I2 / 100, h2 = m$H2, q = m$QE, q_p = m$QEp,
              prediction_low = p$pi.lb, prediction_high = p$pi.ub)
  if (m$method != "FE" && k > 1) {
    ci <- confint(m, control = list(tol = 1e-12, tau2.max = 1e6))$random
    out$tau2_low <- ci["tau^2", "ci.lb"]; out$tau2_high <- ci["tau^2", "ci.ub"]
  }
  if (m$method != "FE" && k >= 3 && k < 20) out$without <- leave1out(m)$estimate
  lapply(out, function(x) if (is.null(x)) NA else unname(x))
}
found <- lapply(sets, function(d) {
  k <- length(d$y)
  one <- list(y = I(d$y), v = I(d$v))
  for (how in list(c("fixed", "FE"), c("dl", "DL"), c("reml", "REML"))) {
    m <- suppressWarnings(rma(y, v, data = data.frame(d), method = how[2], control = fine))
    one[[how[1]]] <- told(m, d, k)
    if (k > 1) {
      kh <- suppressWarnings(rma(y, v, data = data.frame(d), method = how[2], test = "knha", control = fine))
      ad <- suppressWarnings(rma(y, v, data = data.frame(d), method = how[2], test = "adhoc", control = fine))
      one[[paste0(how[1], "_knapp")]] <- list(se = kh$se, low = kh$ci.lb, high = kh$ci.ub, p = kh$pval)
      one[[paste0(how[1], "_modified")]] <- list(se = ad$se, low = ad$ci.lb, high = ad$ci.ub, p = ad$pval)
    }
  }
  if (k >= 10) {
    e <- regtest(rma(y, v, data = data.frame(d), method = "DL"), model = "lm")
    one$egger <- list(statistic = e$zval, p = e$pval, limit = e$est, low = e$ci.lb, high = e$ci.ub)
  }
  one
})
write_json(found, "metafor.json", auto_unbox = TRUE, digits = 11, na = "null")
