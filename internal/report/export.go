package report

import (
	"context"
	"fmt"
	"io"

	"wengang/internal/account"
	"wengang/internal/db"
	"wengang/internal/fault"
	"wengang/internal/region"
)

// Export writes a form as the official workbook (Take).
func (s *Store) Export(ctx context.Context, by account.Caller, formID string, at region.Code, p Period, out io.Writer) (*Sheet, error) {
	sh, foot, err := s.Take(ctx, by, formID, at, p, "xlsx")
	if err != nil {
		return nil, err
	}
	return sh, Workbook(sh, foot, out)
}

// Workbook writes a sheet into the workbook that its form has.
func Workbook(sh *Sheet, foot Foot, out io.Writer) error {
	if d := sh.Form.Design; d != nil && d.Paper != nil {
		return d.Paper.Write(sh, foot, out)
	}
	return WriteWorkbook(sh, foot.Office, foot.Phone, out)
}

// Take answers a form to be handed out in a format: as frozen once submitted,
// else as computed now. Contact numbers are in full for those who may fill the
// form, masked for others; either way the export is on record before it is
// answered.
func (s *Store) Take(ctx context.Context, by account.Caller, formID string, at region.Code, p Period, format string) (*Sheet, Foot, error) {
	if !by.Can(account.ReportRead) {
		return nil, Foot{}, fault.New(fault.Forbidden, "fault.forbidden", account.ReportRead)
	}
	sh, err := s.Sheet(ctx, by.Scope(account.ReportRead), formID, at, p)
	if err != nil {
		return nil, Foot{}, err
	}
	phone, opened, err := s.openPhones(ctx, by, sh)
	if err != nil {
		return nil, Foot{}, err
	}
	err = s.db.Tx(ctx, func(tx *db.Tx) error {
		r := sh.Report
		if r == nil {
			r = &Report{Form: formID, Region: at, Period: p}
		}
		return s.note(ctx, tx, by, "report.export", r, map[string]string{"rows": fmt.Sprint(len(sh.Rows)), "phones": fmt.Sprint(opened), "format": format})
	})
	return sh, Foot{Office: s.Office(sh), Phone: phone}, err
}

// Office is what the form's head names: the department for 附件1 (A006: 人社
// fills it), the city for 附件2.
func (s *Store) Office(sh *Sheet) string {
	if sh.Form.Left == "" {
		return s.Tree.Name(sh.Region)
	}
	return s.Tree.Name(sh.Region) + "人力资源和社会保障局"
}

// openPhones puts plain numbers into the sheet's cells where the caller may
// fill the form.
func (s *Store) openPhones(ctx context.Context, by account.Caller, sh *Sheet) (filler string, opened int, err error) {
	filler = sh.Phone
	if !by.Scope(account.ReportFill).Contains(sh.Region) {
		return filler, 0, nil
	}
	if sh.Report != nil && len(sh.Report.phone) > 0 {
		plain, err := s.Box.Decrypt(phoneContext, sh.Report.phone)
		if err != nil {
			return "", 0, err
		}
		filler, opened = string(plain), 1
	}
	if sh.Form.Rows != Projects {
		return filler, opened, nil
	}
	var ids []int64
	for _, r := range sh.Rows {
		if id, ok := projectID(r.Key); ok {
			ids = append(ids, id)
		}
	}
	phones, err := s.Registers.Phones(ctx, by.Scope(account.ReportFill), ids)
	if err != nil {
		return "", 0, err
	}
	for i := range sh.Rows {
		if id, ok := projectID(sh.Rows[i].Key); ok && phones[id] != "" {
			sh.Rows[i].Cell("phone").Text = phones[id]
			opened++
		}
	}
	return filler, opened, nil
}
