# make run    试用：安装、建库、导入样例、启动 http://127.0.0.1:8000/
# make test   检查与全部测试
# make bench  性能对照   make lint  只做静态检查   make clean  清除产生的文件

PY   := .venv/bin/python
ADDR ?= 127.0.0.1:8000

.PHONY: run test bench lint clean

# Stamps make a changed requirements file install again.
.venv/run.stamp: requirements.txt .ci/venv.sh
	sh .ci/venv.sh requirements.txt
	@touch $@

.venv/dev.stamp: requirements-dev.txt requirements.txt .ci/venv.sh
	sh .ci/venv.sh requirements-dev.txt
	@touch $@

run: export PERFGOALS_DEMO = 1
run: .venv/run.stamp
	$(PY) manage.py migrate --verbosity 0
	$(PY) manage.py demo
	$(PY) manage.py runserver --noreload $(ADDR)

test: .venv/dev.stamp
	$(PY) .ci/test.py

lint: .venv/dev.stamp
	$(PY) .ci/test.py lint

bench: export PERFGOALS_DEMO = 1
bench: export PERFGOALS_VAR = var/bench
bench: .venv/dev.stamp
	$(PY) manage.py bench

clean:
	rm -rf .venv var staticfiles .pytest_cache .mypy_cache .ruff_cache .hypothesis test-results
	find . -name __pycache__ -type d -prune -exec rm -rf {} +
